import type { Step } from './steps';
import { textOf } from './texts';

/** Places in the text are left out: they are all that an edit elsewhere changes. */
export function withoutPlaces(value: unknown): string {
  return JSON.stringify(value, (key, part) => (key === 'at' || key === 'end' || key === 'nameAt' ? undefined : part));
}

/** A step without its place and without the functions that it calls. */
export function stepText(step: Step): string {
  const of = (data: object | null) => (data ? textOf(data) : '-');
  switch (step.k) {
    case 'set':
      return `set ${step.dst} ${of(step.src)} ${step.next}`;
    case 'store':
      return `store ${of(step.addr)} ${of(step.src)} ${step.rmw} ${step.next}`;
    case 'use':
      return `use ${of(step.base)} ${step.write} ${step.next}`;
    case 'call': {
      const { dst, name, pointer, effect, args, next, allocates, owner } = step;
      return `call ${dst} ${name} ${of(pointer)} ${of(effect)} ${args.map(of).join()} ${next} ${allocates} ${owner}`;
    }
    case 'branch':
      return `branch ${of(step.cond)} ${step.then} ${step.else}`;
    case 'iter': {
      const { dst, container, index, member, macro, body, done } = step;
      return `iter ${dst} ${of(container)} ${of(index)} ${member} ${macro} ${body} ${done}`;
    }
    case 'return':
      return `return ${of(step.value)}`;
    case 'opaque':
      return `opaque ${step.what} ${step.next}`;
  }
}

/** Temporaries of the lowering are numbered by their slots: how many stand before those of a slice makes no difference. */
export function withoutTemporaries(text: string, slots: ReadonlyMap<string, number>): string {
  return text.includes('$') ? text.replace(/\$\w+/g, (name) => `$slot ${slots.get(name)}`) : text;
}
