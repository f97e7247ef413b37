import type { DriverModel, Lock, Op } from './model';

/** The rules on which interpreter and engine must agree. */
export type OracleRule =
  | 'release-before-add'
  | 'double-release'
  | 'release-vs-unbind'
  | 'double-teardown'
  | 'use-after-free'
  | 'drain-deadlock';

export interface OracleVerdict {
  rules: OracleRule[];
  /** Threads may wait for each other's locks, no drain among them. */
  lockCycle: boolean;
}

/** Who runs: handlers by index, the probe that builds the object, the unbind of the host. */
export type OraclePair = readonly [0 | 1 | 'probe', 0 | 1 | 'unbind'];

/** Steps of a thread, in the order in which it takes them. A step may put others before the rest. */
type Step = Op | { op: Kernel } | { op: 'lock' | 'unlock'; lock: Lock };
type Kernel =
  | 'allocate'
  | 'add'
  | 'publish'
  | 'add-action'
  | 'store'
  | 'set-claimed'
  | 'set-gone'
  | 'set-dead'
  | 'del'
  | 'del-end'
  | 'erase-key'
  | 'take-list'
  | 'close'
  | 'drain'
  | 'end';

interface Thread {
  state: 'idle' | 'running' | 'ended';
  steps: Step[];
}

interface World {
  threads: Thread[];
  held: Partial<Record<Lock, number>>;
  /** The entry of the object's action on the host's devres list. */
  entry: 'none' | 'listed' | 'taken' | 'moved';
  references: number;
  freed: boolean;
  /** On its parent's list: device_find_child() sees it. */
  findable: boolean;
  deleting: boolean;
  stored: boolean;
  claimed: boolean;
  gone: boolean;
  dead: boolean;
  /** The owner's attributes are removed: its handlers cannot start. */
  closed: boolean;
  /** The devres list of the host was taken. */
  released: boolean;
}

/** What one way of a step leads to; `stop`: what follows cannot be trusted. */
type Outcome = { world: World; rule?: OracleRule; stop?: boolean };

/**
 * Runs a pair of threads in every order, one step at a time, from the state in which the object is built and registered or,
 * with the probe, its owner is;
 * where the host is not unbound by one of the two, it is unbound when nobody runs any more. A thread need not run at all.
 * Every order of every step is taken; a state seen before is not gone into again, which leaves nothing out.
 */
export function interpret(model: DriverModel, pair: OraclePair): OracleVerdict {
  const rules = new Set<OracleRule>();
  let lockCycle = false;
  const seen = new Set<string>();
  const [a, b] = pair;
  const isHandler = (t: number) => (t === 0 && a !== 'probe') || (t === 1 && b !== 'unbind');
  const isUnbind = (t: number) => t === 2 || (t === 1 && b === 'unbind');

  function visit(world: World): void {
    const key = JSON.stringify(world);
    if (seen.has(key)) return;
    seen.add(key);
    const waits: ('lock' | 'drain')[] = [];
    const running = world.threads.filter((thread) => thread.state === 'running').length;
    world.threads.forEach((thread, t) => {
      if (thread.state === 'ended') return;
      if (thread.state === 'idle' && !mayStart(world, t)) return;
      const next = thread.state === 'idle' ? start(world, t) : takeStep(model, world, t, isHandler);
      if (typeof next === 'string') {
        waits.push(next);
        return;
      }
      for (const outcome of next) {
        if (outcome.rule) rules.add(outcome.rule);
        if (!outcome.stop) visit(outcome.world);
      }
    });
    if (running === 0 || waits.length < running) return;
    if (waits.includes('drain')) rules.add('drain-deadlock');
    else lockCycle = true;
  }

  function mayStart(world: World, t: number): boolean {
    const unbind = world.threads[2];
    if (t === 2) return world.threads.every((thread) => thread.state !== 'running');
    // A probe that begins after the unbind is that of another binding.
    const isLate = t === 0 && a === 'probe' && world.released;
    return (unbind === undefined || unbind.state === 'idle') && (isUnbind(t) || !world.closed) && !isLate;
  }

  function start(world: World, t: number): Outcome[] {
    const who = isUnbind(t) ? 'unbind' : t === 0 ? a : b;
    const steps: Step[] = who === 'unbind' ? UNBIND : who === 'probe' ? PROBE : [...model.handlers[who], { op: 'end' }];
    return [{ world: withThread(world, t, { state: 'running', steps }) }];
  }

  const isBuilt = a !== 'probe';
  visit({
    threads: Array.from({ length: b === 'unbind' ? 2 : 3 }, () => ({ state: 'idle', steps: [] })),
    held: {},
    entry: isBuilt ? 'listed' : 'none',
    references: 1,
    freed: false,
    findable: isBuilt,
    deleting: false,
    stored: isBuilt && model.stored,
    claimed: false,
    gone: false,
    dead: false,
    closed: false,
    released: false,
  });
  return { rules: [...rules].sort(), lockCycle };
}

/** device_release_driver() of the host: takes the list, runs it newest first; the owner's own teardown is the older entry. */
const UNBIND: Step[] = [
  { op: 'lock', lock: 'host' },
  { op: 'take-list' },
  { op: 'close' },
  { op: 'drain' },
  { op: 'unlock', lock: 'host' },
  { op: 'end' },
];

/** What is left of the probe once the owner is registered, under the device lock of the host: the object is built. */
const PROBE: Step[] = [{ op: 'lock', lock: 'host' }, { op: 'allocate' }, { op: 'unlock', lock: 'host' }, { op: 'end' }];

function withThread(world: World, t: number, thread: Thread): World {
  return { ...world, threads: world.threads.map((old, i) => (i === t ? thread : old)) };
}

/** What it means that a release finds no entry. */
const MISSING: Record<World['entry'], OracleRule> = {
  none: 'release-before-add',
  listed: 'double-release',
  taken: 'double-release',
  moved: 'release-vs-unbind',
};

/** The steps of the devm action. */
function teardownSteps({ teardown }: DriverModel): Step[] {
  const inner: Step[] = [
    ...(teardown.erases ? [{ op: 'use' } as const, { op: 'erase-key' } as const] : []),
    { op: 'del' },
    { op: 'del-end' },
    ...(teardown.usesAfterDelete ? [{ op: 'use' } as const] : []),
    { op: 'put' },
  ];
  const guarded: Step[] =
    teardown.guard === 'none' ? inner : [{ op: 'unless-claimed', atomic: teardown.guard === 'test-and-set', body: inner as Op[] }];
  if (!teardown.lock) return guarded;
  // The owner, whose lock it is, is reached through the object.
  return [{ op: 'use' }, { op: 'lock', lock: teardown.lock }, ...guarded, { op: 'unlock', lock: teardown.lock }];
}

/** All ways that the next step of a thread can go; what it waits for when it cannot go on. */
function takeStep(model: DriverModel, world: World, t: number, isHandler: (t: number) => boolean): Outcome[] | 'lock' | 'drain' {
  const thread = world.threads[t] as Thread;
  const [step, ...rest] = thread.steps as [Step, ...Step[]];
  const go = (changes: Partial<World>, before: Step[] = []): Outcome => ({
    world: withThread({ ...world, ...changes }, t, { state: 'running', steps: [...before, ...rest] }),
  });
  const freed: Outcome[] = [{ world, rule: 'use-after-free', stop: true }];
  const missing = (): Outcome => ({ ...go({}), rule: MISSING[world.entry] });

  switch (step.op) {
    case 'end':
      return [{ world: withThread(world, t, { state: 'ended', steps: [] }) }];
    case 'locked':
      return [go({}, [{ op: 'lock', lock: step.lock }, ...step.body, { op: 'unlock', lock: step.lock }])];
    case 'lock':
      return world.held[step.lock] === undefined ? [go({ held: { ...world.held, [step.lock]: t } })] : 'lock';
    case 'unlock': {
      const { [step.lock]: _, ...held } = world.held;
      return [go({ held })];
    }
    case 'find':
      return world.findable ? [go({}), go({ references: world.references + 1 }, [...step.body, { op: 'put' }])] : [go({})];
    case 'load':
      return world.stored ? [go({}), go({}, step.body)] : [go({})];
    case 'erase':
      return world.stored ? [go({ stored: false }, step.body)] : [go({})];
    case 'erase-key':
      return [go({ stored: false })];
    case 'unless-dead':
      return [world.dead ? go({}) : go({}, step.set ? [{ op: 'set-dead' } as Step, ...step.body] : step.body)];
    case 'set-dead':
      return [go({ dead: true })];
    case 'release':
      return [world.entry === 'listed' ? go({ entry: 'taken' }, teardownSteps(model)) : missing()];
    case 'remove': {
      const won = world.entry === 'listed';
      return [go(won ? { entry: 'taken' } : {}, won || step.ignored ? teardownSteps(model) : [])];
    }
    case 'teardown':
      return [go({}, teardownSteps(model))];
    case 'take-list':
      return [world.entry === 'listed' ? go({ entry: 'moved', released: true }, teardownSteps(model)) : go({ released: true })];
    case 'allocate':
      return [go({}), go({}, [{ op: 'add' }])];
    case 'add':
      return [go({}, [{ op: 'put' }]), go({}, [{ op: 'publish' }, { op: 'add-action' }])];
    case 'publish':
      return [go({ findable: true })];
    case 'store':
      return [go({ stored: true })];
    case 'close':
      return [go({ closed: true })];
    case 'drain':
      return world.threads.some((other, i) => isHandler(i) && other.state === 'running') ? 'drain' : [go({})];
    default:
      return world.freed ? freed : touchStep(step.op);
  }

  /** Steps that touch the object's memory, which is there. */
  function touchStep(op: string): Outcome[] {
    switch (op) {
      case 'unless-claimed': {
        const { atomic, body } = step as Extract<Op, { op: 'unless-claimed' }>;
        if (world.claimed) return [go({})];
        return [atomic ? go({ claimed: true }, body) : go({}, [{ op: 'set-claimed' } as Step, ...body])];
      }
      case 'set-claimed':
        return [go({ claimed: true })];
      case 'unless-gone':
        return [world.gone ? go({}) : go({}, [{ op: 'set-gone' }, ...(step as Extract<Op, { op: 'unless-gone' }>).body])];
      case 'set-gone':
        return [go({ gone: true })];
      case 'del':
        if (world.deleting) return [{ world, rule: 'double-teardown', stop: true }];
        return [go({ deleting: true, findable: false })];
      case 'add-action':
        return [go({}, teardownSteps(model)), go({ entry: 'listed' }, model.stored ? [{ op: 'store' }] : [])];
      case 'get':
        return [go({ references: world.references + 1 })];
      case 'put':
        return [go({ references: world.references - 1, freed: world.references === 1 })];
      default:
        return [go({})];
    }
  }
}
