import type { Node } from '../facts/types';
import { effectOf } from '../kernel';
import type { EntryPoint, FnDef, Program } from '../program/types';
import { afterSuccess, reached } from './paths';
import type { FixContext } from './types';

/** A function that gets a new object from another and goes on with it. */
export interface Consumer {
  fn: FnDef;
  /** The call that gives the object. */
  call: number;
  /** The variable that holds it. */
  object: string;
  /** Its callers get the object from it in turn. */
  passesOn: boolean;
}

/** How an object is built: who publishes its device, and through whose hands it goes then. */
export interface Construction {
  publisher: FnDef;
  /** The node of the publisher that adds the device. */
  add: number;
  consumers: Consumer[];
}

/** Calls of a function with an effect of one kind on the lifetime's object. */
export function callsOn(context: FixContext, fn: FnDef, op: 'get' | 'put' | 'device-add' | 'release-action'): number[] {
  return fn.fn.nodes.flatMap((n, i) => {
    if (n.k !== 'call' || typeof n.callee !== 'string' || n.implicit) return [];
    const effect = effectOf(n.callee);
    if (effect?.op !== op) return [];
    const object = n.args[effect.op === 'release-action' ? effect.data : effect.op === 'device-add' ? effect.dev : effect.obj];
    if (!object || !context.roots.of(object, fn).has(context.lifetime.tag)) return [];
    if (effect.op === 'release-action') {
      const action = n.args[effect.action];
      if (action?.k !== 'global' || context.program.resolve(action.name, fn.file) !== context.lifetime.action) return [];
    }
    return [i];
  });
}

/** The construction of a lifetime's objects where one function publishes them all and gives them to its callers. */
export function constructionOf(context: FixContext): Construction | { refused: string } {
  const { program, lifetime } = context;
  const adders = program.functions.flatMap((fn) => callsOn(context, fn, 'device-add').map((add) => ({ fn, add })));
  const [first, ...others] = adders;
  if (!first) return { refused: `no function adds the device of struct ${lifetime.tag}` };
  if (others.length > 0) return { refused: `several functions add the device of struct ${lifetime.tag}` };
  if (!gives(first.fn, lifetime.tag)) return { refused: `${first.fn.fn.name}() does not return the struct ${lifetime.tag} that it adds` };
  const consumers: Consumer[] = [];
  const makers = [first.fn];
  for (let maker = makers.shift(); maker; maker = makers.shift())
    for (const { fn, call } of callersOf(program, maker)) {
      const n = fn.fn.nodes[call] as Node & { k: 'call' };
      const passesOn = gives(fn, lifetime.tag);
      if (passesOn && !makers.includes(fn)) makers.push(fn);
      if (n.dst && !returnsAtOnce(fn, n)) consumers.push({ fn, call, object: n.dst, passesOn });
      else if (!passesOn) return { refused: `${fn.fn.name}() drops the struct ${lifetime.tag} that it is given` };
    }
  return { publisher: first.fn, add: first.add, consumers };
}

/** Return nodes that end the paths on which the consumer was given a valid object. */
export function successReturns(consumer: Consumer): number[] {
  return [...afterSuccess(consumer.fn, consumer.call)].filter((i) => consumer.fn.fn.nodes[i]?.k === 'return');
}

/** Whether a function can come to a node without having passed another. */
export function reachesWithout(fn: FnDef, node: number, passed: number): boolean {
  return reached(fn, [0], (i) => i === passed).has(node);
}

/** Member path of the device embedded in a struct; null where there is none or more than one. */
export function devicePath(program: Program, tag: string): string | null {
  const paths = program.embedders('device').filter((e) => e.tag === tag);
  return paths.length === 1 ? (paths[0]?.path ?? null) : null;
}

/** Store handlers that release the action themselves, with the release. */
export function releasingHandlers(context: FixContext): { point: EntryPoint; release: number }[] {
  return context.lifetime.releasers
    .filter((point) => point.kind === 'sysfs-store')
    .flatMap((point) => callsOn(context, point.fn, 'release-action').map((release) => ({ point, release })));
}

/** Whether a return gives the object to the caller. */
export function givesObject(fn: FnDef, n: Node & { k: 'return' }, context: FixContext): boolean {
  return n.value?.k === 'var' && !n.value.name.startsWith('$') && context.roots.of(n.value, fn).has(context.lifetime.tag);
}

function gives(fn: FnDef, tag: string): boolean {
  return fn.fn.ret.pointers === 1 && fn.fn.ret.base === `struct ${tag}`;
}

function callersOf(program: Program, callee: FnDef): { fn: FnDef; call: number }[] {
  return program.functions.flatMap((fn) =>
    fn.fn.nodes.flatMap((n, call) =>
      n.k === 'call' && program.targets(fn, call).some((t) => t.fn === callee && t.via !== 'callback') ? [{ fn, call }] : [],
    ),
  );
}

function returnsAtOnce(fn: FnDef, call: Node & { k: 'call' }): boolean {
  const next = fn.fn.nodes[call.next];
  return next?.k === 'return' && next.value?.k === 'var' && next.value.name === call.dst;
}
