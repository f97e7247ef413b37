import fc from 'fast-check';
import type { DriverModel, Lock, Op, Teardown } from './model';

/** Operations that need a pointer to the object; those that end it come most often. */
const leaf: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Op>({ op: 'release' }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('remove' as const), ignored: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant<Op>({ op: 'teardown' }) },
  { weight: 3, arbitrary: fc.constant<Op>({ op: 'use' }) },
  { weight: 1, arbitrary: fc.constant<Op>({ op: 'get' }) },
  { weight: 1, arbitrary: fc.constant<Op>({ op: 'put' }) },
);

/** Operations of a handler, nested ones included. */
const LARGEST = 6;

function size(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => sum + 1 + ('body' in op ? size(op.body) : 0), 0);
}

/** What a list of operations may contain: a pointer in scope, locks not taken yet, and how deep it may nest. */
interface Scope {
  pointer: boolean;
  locks: readonly Lock[];
  depth: number;
  xarray: boolean;
}

function list(scope: Scope): fc.Arbitrary<Op[]> {
  return fc.array(operation(scope), { minLength: 1, maxLength: scope.pointer ? 2 : 1 });
}

const known = new Map<string, fc.Arbitrary<Op>>();

function operation(scope: Scope): fc.Arbitrary<Op> {
  if (scope.pointer && scope.depth === 0) return leaf;
  const key = JSON.stringify(scope);
  const made = known.get(key) ?? fc.oneof(...ways(scope));
  known.set(key, made);
  return made;
}

function ways(scope: Scope): { weight: number; arbitrary: fc.Arbitrary<Op> }[] {
  const { pointer, locks, depth, xarray } = scope;
  const inner = { ...scope, depth: Math.max(0, depth - 1) };
  const seeing = list({ ...inner, pointer: true });
  const out: { weight: number; arbitrary: fc.Arbitrary<Op> }[] = [];
  if (pointer)
    out.push(
      { weight: 8, arbitrary: leaf },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('unless-claimed' as const), atomic: fc.boolean(), body: list(inner) }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('unless-gone' as const), body: list(inner) }) },
    );
  else out.push({ weight: 4, arbitrary: fc.record({ op: fc.constant('find' as const), body: seeing }) });
  if (!pointer && xarray)
    for (const op of ['load', 'erase'] as const) out.push({ weight: 2, arbitrary: fc.record({ op: fc.constant(op), body: seeing }) });
  if (depth === 0) return out;
  out.push({ weight: 2, arbitrary: fc.record({ op: fc.constant('unless-dead' as const), set: fc.boolean(), body: list(inner) }) });
  for (const lock of locks)
    out.push({
      weight: lock === 'host' ? 1 : 2,
      arbitrary: fc.record({
        op: fc.constant('locked' as const),
        lock: fc.constant(lock),
        scoped: fc.boolean(),
        body: list({ ...inner, locks: locks.filter((other) => other !== lock) }),
      }),
    });
  return out;
}

const teardown: fc.Arbitrary<Teardown> = fc.record({
  lock: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('first' as const, 'second' as const) },
  ),
  guard: fc.oneof(
    { weight: 2, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom('test-and-set' as const, 'test-then-set' as const) },
  ),
  erases: fc.boolean(),
  usesAfterDelete: fc.boolean(),
});

/** Drivers with one kind of object, its devm action and two store handlers of at most about six operations. */
export const driverModel: fc.Arbitrary<DriverModel> = fc.record({ teardown, stored: fc.boolean() }).chain(({ teardown, stored }) => {
  const handler = list({ pointer: false, locks: ['first', 'second', 'host'], depth: 4, xarray: stored }).filter(
    (ops) => size(ops) <= LARGEST,
  );
  return fc.record({
    teardown: fc.constant({ ...teardown, erases: teardown.erases && stored }),
    stored: fc.constant(stored),
    handlers: fc.tuple(handler, handler),
  });
});
