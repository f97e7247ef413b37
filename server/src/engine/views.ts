import { printExpr } from '../facts/print';
import type { Verdict } from '../findings/types';
import { effectOf } from '../kernel';
import type { Lifetime } from '../lifetimes/types';
import { reachingOf } from '../program/reaching';
import type { DevmRegistration, EntryPoint, FnDef, Program } from '../program/types';
import type { Hosted } from './hosts';
import type { Sources } from './sources';
import type { GraphEdge, GraphNode, GraphView, LifetimeView, Place, ReleaserView } from './types';

const placeOf = (sources: Sources, fn: FnDef): Place => sources.place(fn.file.path, fn.fn.nameAt, fn.fn.nameAt + fn.fn.name.length);

/** A lifetime as hover, code lens, `lifetime` and the tree view show it. */
export function lifetimeView(
  program: Program,
  sources: Sources,
  lifetime: Lifetime,
  host: string | null,
  verdicts: Verdict[],
  all: readonly Lifetime[],
  hosts: ReadonlyMap<DevmRegistration, Hosted>,
): LifetimeView {
  const entry = (point: EntryPoint): ReleaserView => ({
    entry: point.name,
    kind: point.kind,
    place: placeOf(sources, point.fn),
    site: siteOf(program, sources, point.fn, lifetime),
  });
  return {
    action: lifetime.action.fn.name,
    object: lifetime.tag,
    host,
    actionPlace: placeOf(sources, lifetime.action),
    registrations: lifetime.registrations.flatMap((r) => {
      const node = r.fn.fn.nodes[r.node];
      const hosted = hosts.get(r);
      const place = sources.place(r.fn.file.path, node?.at ?? r.fn.fn.nameAt, node && 'end' in node ? node.end : undefined);
      return hosted ? [{ ...place, ...hosted }] : [];
    }),
    constructors: lifetime.constructors.map(entry),
    releasers: [
      ...lifetime.releasers.map(entry),
      ...(host === null
        ? []
        : [{ entry: `unbind(${host})`, kind: 'unbind' as const, place: placeOf(sources, lifetime.action), site: null }]),
    ],
    users: lifetime.users.map((point) => ({ entry: point.name, kind: point.kind, place: placeOf(sources, point.fn), site: null })),
    unwind: unwindOrder(lifetime, all),
    drains: [...lifetime.owners].flatMap((owner) =>
      [...lifetime.releasers, ...lifetime.constructors]
        .filter((point) => point.owner === owner && point.kind.startsWith('sysfs'))
        .map((point) => `${point.name}() is drained by the removal of struct ${owner}'s device`),
    ),
    verdicts,
  };
}

/** Actions that share the host's expression in the registering function, newest first, then the owners' teardowns. */
function unwindOrder(lifetime: Lifetime, all: readonly Lifetime[]): string[] {
  const hosts = new Set(lifetime.registrations.map((r) => printExpr(r.host)));
  const siblings = all
    .flatMap((other) => other.registrations.map((r) => ({ name: other.action.fn.name, r })))
    .filter(({ r }) => hosts.has(printExpr(r.host)) && lifetime.registrations.some((own) => own.fn === r.fn))
    .sort((a, b) => b.r.node - a.r.node)
    .map(({ name }) => name);
  const owners = lifetime.ownerActions.flatMap((r) => r.action.map((fn) => fn.fn.name));
  return [
    ...new Set([...(siblings.length > 0 ? siblings : lifetime.registrations.length > 0 ? [lifetime.action.fn.name] : []), ...owners]),
  ];
}

/** The release or teardown call nearest to an entry point. */
function siteOf(program: Program, sources: Sources, from: FnDef, lifetime: Lifetime): Place | null {
  const seen = new Set([from.id]);
  const work = [from];
  for (let fn = work.shift(); fn; fn = work.shift()) {
    for (const [i, n] of fn.fn.nodes.entries()) {
      if (n.k !== 'call') continue;
      const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      const releases = effect?.op === 'release-action' || effect?.op === 'remove-action';
      const named = releases ? n.args[effect.action] : undefined;
      const targets = program.targets(fn, i);
      if ((named?.k === 'global' && named.name === lifetime.action.fn.name) || targets.some((t) => t.fn === lifetime.action))
        return sources.place(fn.file.path, n.at, n.end);
      for (const target of targets)
        if (!seen.has(target.fn.id)) {
          seen.add(target.fn.id);
          work.push(target.fn);
        }
    }
  }
  return null;
}

/** The call graph of devm actions and sysfs handlers, with the edges that no call shows. */
export function graphView(program: Program, sources: Sources, lifetimes: readonly Lifetime[]): GraphView {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const id = (fn: FnDef) => `${fn.file.path}:${fn.fn.name}`;
  const kinds = new Map<number, GraphNode['kind']>();
  for (const point of program.entryPoints) kinds.set(point.fn.id, point.kind.startsWith('sysfs') ? 'handler' : 'entry');
  for (const registration of program.registrations) for (const fn of registration.action) kinds.set(fn.id, 'action');
  for (const lifetime of lifetimes) kinds.set(lifetime.action.id, 'action');
  const node = (fn: FnDef) => {
    if (!nodes.has(id(fn)))
      nodes.set(id(fn), { id: id(fn), label: fn.fn.name, kind: kinds.get(fn.id) ?? 'function', place: placeOf(sources, fn) });
    return id(fn);
  };
  const core = (name: string) => {
    if (!nodes.has(name)) nodes.set(name, { id: name, label: name, kind: 'core', place: null });
    return name;
  };
  const edge = (from: string, to: string, kind: GraphEdge['kind'], place: Place | null) =>
    edges.set(`${from}>${to}>${kind}`, { from, to, kind, place });
  const wanted = relevantFunctions(program, kinds);
  for (const fn of program.functions)
    fn.fn.nodes.forEach((n, i) => {
      if (n.k !== 'call') return;
      const place = sources.place(fn.file.path, n.at, n.end);
      if (wanted.has(fn.id))
        for (const target of program.targets(fn, i)) if (wanted.has(target.fn.id)) edge(node(fn), node(target.fn), 'call', place);
      const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (effect?.op !== 'release-action' && effect?.op !== 'remove-action') return;
      const named = n.args[effect.action];
      const action = named?.k === 'global' ? program.resolve(named.name, fn.file) : null;
      if (action) edge(node(fn), node(action), 'releases', place);
    });
  for (const registration of program.registrations)
    for (const action of registration.action) {
      const n = registration.fn.fn.nodes[registration.node];
      const place = n ? sources.place(registration.fn.file.path, n.at) : null;
      edge(node(registration.fn), node(action), 'registers', place);
      edge(core('devres_release_all'), node(action), 'runs-action', null);
    }
  for (const lifetime of lifetimes)
    for (const point of [...lifetime.releasers, ...lifetime.constructors])
      if (point.kind.startsWith('sysfs') && point.owner !== null && point.owner !== lifetime.tag)
        for (const registration of lifetime.ownerActions)
          for (const action of registration.action) edge(node(action), node(point.fn), 'drains', null);
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** Actions, handlers, and the functions on a call path from an entry to an action's registration or release. */
function relevantFunctions(program: Program, kinds: ReadonlyMap<number, GraphNode['kind']>): ReadonlySet<number> {
  const work = program.registrations.flatMap((r) => [r.fn, ...r.action]);
  for (const fn of program.functions)
    if (
      fn.fn.nodes.some(
        (n) => n.k === 'call' && typeof n.callee === 'string' && /^(?:release|remove)-action$/.test(effectOf(n.callee)?.op ?? ''),
      )
    )
      work.push(fn);
  for (const [id, kind] of kinds) if (kind === 'action') work.push(program.functions[id] as FnDef);
  return reachingOf(work, program);
}
