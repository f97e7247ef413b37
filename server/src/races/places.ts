/**
 * Places in the text are left out: they are all that an edit elsewhere changes. Temporaries of the lowering are numbered by their
 * `slots` where these are given.
 */
export function withoutPlaces(value: unknown, slots?: ReadonlyMap<string, number>): string {
  return JSON.stringify(value, (key, part) => {
    if (key === 'at' || key === 'end' || key === 'nameAt') return undefined;
    return slots && typeof part === 'string' && part.startsWith('$') ? `$slot ${slots.get(part)}` : part;
  });
}
