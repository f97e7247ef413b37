import type { FnDef } from '../../../program/types';
import type { FixContext } from '../../types';
import { callAt, callersOf, effects, namedFunction, pointerTo, pointsTo } from './query';
import { type PathsPlan, type Site, unmet } from './types';

/**
 * Who runs under the owner's lock and who takes it: a function that returns the object leaves it in the hands of its caller, so
 * the caller takes the lock; the first one that keeps the object to itself holds it.
 */
export function planPaths(context: FixContext, owner: string): PathsPlan {
  const { lifetime } = context;
  const registrations = lifetime.registrations.map(({ fn, node }) => ({ fn, node }));
  if (registrations.length === 0)
    unmet(`${lifetime.action.fn.name}() is not registered as a devm action: its owner keeps the objects already`);
  const releases = releasesOf(context);
  if (releases.length === 0) unmet(`nobody but the unwinding of devres ends a struct ${lifetime.tag}: there is nothing to race with`);
  for (const site of registrations) checkRegistration(site, owner);
  const under = new Set<FnDef>();
  const creators = new Map<FnDef, Set<number>>();
  for (const { fn } of registrations) follow(context, fn, under, creators);
  for (const fn of creators.keys()) if (under.has(fn)) unmet(`${fn.fn.name}() would take the lock while its caller holds it`);
  const deleters = releases.filter(({ fn }) => !under.has(fn));
  if (deleters.length === 0) unmet(`nobody but the unwinding of devres ends a struct ${lifetime.tag}: there is nothing to race with`);
  if (new Set(deleters.map((site) => site.fn)).size < deleters.length) unmet('a handler releases the action in several places');
  for (const site of deleters) checkDeleter(context, site, owner);
  return {
    registrations,
    under: [...under],
    gate: gateOf(context, registrations, under, owner),
    creators: [...creators].map(([fn, calls]) => ({ fn, calls: [...calls].sort((a, b) => a - b) })),
    deleters,
    unwinds: releases.filter(({ fn }) => under.has(fn)),
  };
}

function checkRegistration(site: Site, owner: string): void {
  const { fn } = site.fn;
  const callee = callAt(site)?.callee;
  if (typeof callee !== 'string' || !/^devm_add_action(_or_reset)?$/.test(callee))
    unmet(`${fn.name}() registers the action through a wrapper`);
  if (!pointerTo(site.fn, owner)) unmet(`${fn.name}(), which registers the object, has no pointer to its struct ${owner}`);
}

function follow(context: FixContext, fn: FnDef, under: Set<FnDef>, creators: Map<FnDef, Set<number>>): void {
  if (under.has(fn)) return;
  if (!pointsTo(fn.fn.ret, context.lifetime.tag)) unmet(`${fn.fn.name}() does not return the struct ${context.lifetime.tag} that it makes`);
  if (context.program.exported.includes(fn)) unmet(`${fn.fn.name}() is exported: other modules call it without the lock`);
  under.add(fn);
  const callers = callersOf(context.program, fn);
  if (callers.length === 0) unmet(`no caller of ${fn.fn.name}() was found that could take the lock`);
  for (const caller of callers) {
    if (caller.fn === fn) continue;
    if (pointsTo(caller.fn.fn.ret, context.lifetime.tag)) follow(context, caller.fn, under, creators);
    else creators.set(caller.fn, (creators.get(caller.fn) ?? new Set()).add(caller.node));
  }
}

/** Releases and direct calls of the teardown. */
function releasesOf(context: FixContext): Site[] {
  const { program, lifetime } = context;
  const out: Site[] = [];
  for (const { site, call, effect } of effects(program.functions)) {
    if (effect.op !== 'release-action' && effect.op !== 'remove-action') continue;
    if (namedFunction(program, call.args[effect.action], site.fn) !== lifetime.action) continue;
    if (effect.op === 'remove-action') unmet(`${site.fn.fn.name}() removes the action instead of releasing it`);
    out.push(site);
  }
  const direct = callersOf(program, lifetime.action).find((site) => !out.some((known) => known.fn === site.fn && known.node === site.node));
  if (direct) unmet(`${direct.fn.fn.name}() calls ${lifetime.action.fn.name}() past its devm action`);
  return out;
}

function checkDeleter({ program, lifetime }: FixContext, { fn }: Site, owner: string): void {
  const point = program.entryPoints.find((p) => p.fn === fn && lifetime.releasers.includes(p));
  if (point?.kind !== 'sysfs-store' || point.owner !== owner)
    unmet(`${fn.fn.name}() releases the action and is no store handler of an attribute of struct ${owner}`);
}

/** The furthest caller that every creation still passes. */
function gateOf({ program }: FixContext, registrations: readonly Site[], under: ReadonlySet<FnDef>, owner: string): FnDef {
  const starts = [...new Set(registrations.map((site) => site.fn))];
  if (starts.length > 1) unmet(`objects are registered in several functions: ${starts.map((fn) => `${fn.fn.name}()`).join(', ')}`);
  let gate = starts[0] as FnDef;
  for (;;) {
    const callers = [...new Set(callersOf(program, gate).map((site) => site.fn))];
    const [only] = callers;
    if (callers.length !== 1 || !only || !under.has(only) || !pointerTo(only, owner)) return gate;
    gate = only;
  }
}
