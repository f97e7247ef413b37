/**
 * A fixed piece of work of the kind that the analysis does: short strings, maps, sets and small objects. It is never made faster: what is
 * measured is told as a multiple of it, so that figures of different machines can be compared.
 */
export function baselineWork(): void {
  let checksum = 0;
  for (let round = 0; round < 12; round++) {
    const index = new Map<string, { id: number; links: number[] }>();
    for (let i = 0; i < 20_000; i++) index.set(`name_${(i * 7919) % 20_011}`, { id: i, links: [] });
    const seen = new Set<string>();
    for (const [name, entry] of index) {
      for (let i = 0; i < 4; i++) entry.links.push((entry.id * 31 + i) % 20_011);
      const key = `${name.slice(5)}|${entry.links.join()}`;
      if (!seen.has(key)) seen.add(key);
    }
    const text = JSON.stringify([...index.values()].slice(0, 5000));
    for (const { id } of JSON.parse(text) as { id: number }[]) checksum = (checksum + id) | 0;
    checksum += [...seen].sort()[0]?.length ?? 0;
  }
  if (Number.isNaN(checksum)) throw new Error('no number');
}
