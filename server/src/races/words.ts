import type { Machine } from './machine';
import type { HeapObject } from './values';

/** How a place reads in C: `tag->member`, a bit as `tag->flags bit NAME`. The struct stands for the variable, as threads name it differently. */
export function placeName(machine: Machine, value: number): string {
  const known = machine.values.get(value);
  if (known.k !== 'ptr') return valueName(machine, value);
  const object = machine.values.objectById(known.obj);
  const base = objectName(object);
  if (known.path === '') return base;
  const [path = '', bit] = known.path.split('#');
  const member = path === '' ? base : `${base}${base.includes('->') || object.kind === 'global' ? '.' : '->'}${path}`;
  return bit === undefined ? member : `${member} bit ${bit}`;
}

/** How a value reads: a function by its name, a pointer by what it points to. */
export function valueName(machine: Machine, value: number): string {
  const known = machine.values.get(value);
  if (known.k === 'fn') return machine.view.program.functions[known.id]?.fn.name ?? 'a function';
  if (known.k === 'ptr') return placeName(machine, value);
  if (known.k === 'nonzero') return 'not 0';
  return machine.values.show(value);
}

function objectName(object: HeapObject): string {
  if (object.kind === 'tracked') return object.index ? `${object.tag} ${object.index + 1}` : `${object.tag}`;
  if (object.view && object.tag) return object.tag;
  const [tag = '', ...path] = object.name.replace(/^struct /, '').split('.');
  return path.length > 0 ? `${tag}->${path.join('.')}` : tag;
}
