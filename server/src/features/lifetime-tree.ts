import type { HostView, LifetimeView, Place, RegistrationView, ReleaserView } from '../engine/types';
import type { EntryKind, Finding, RuleId, Verdict, VerdictKind } from '../findings/types';
import { worstOf } from './worst';

/** How a group of pairs stands: one that races counts more than one that was not decided, that more than clean ones. */
export type TreeState = VerdictKind | 'unexplored';

/** A device, and the teardowns that its unbind runs, in that order. */
export interface TreeHost {
  /** Null: the objects that their owners keep, which no devres list holds. */
  host: HostView | null;
  place: Place | null;
  actions: TreeAction[];
}

export interface TreeAction {
  name: string;
  object: string;
  place: Place;
  state: TreeState;
  fingerprint: string | null;
  releasers: TreeReleaser[];
}

export interface TreeReleaser {
  entry: string;
  kind: EntryKind;
  /** The release that it reaches, else the entry itself. */
  place: Place;
  state: TreeState;
  /** Pairs with other entries; those that race first, the clean ones last. */
  verdicts: TreeVerdict[];
}

export interface TreeVerdict {
  /** The other entry of the pair. */
  other: string;
  state: VerdictKind;
  rules: RuleId[];
  reason: string | null;
  fingerprint: string | null;
}

const ORDER: Record<TreeState, number> = { violated: 0, incomplete: 1, clean: 2, unexplored: 3 };

/** Lifetimes as a tree: host device, actions in the order of their release, who can release each, verdicts. */
export function lifetimeTree(lifetimes: readonly LifetimeView[], findings: readonly Finding[]): TreeHost[] {
  const hosts = new Map<string, { host: HostView; ranked: { registration: RegistrationView; view: LifetimeView }[] }>();
  for (const view of lifetimes)
    for (const registration of view.registrations) {
      const { host } = registration;
      const group = hosts.get(host.id) ?? { host, ranked: [] };
      group.ranked.push({ registration, view });
      hosts.set(host.id, group);
    }
  const groups = [...hosts.values()].map(({ host, ranked }): TreeHost => {
    const sorted = ranked.sort((a, b) => a.registration.rank - b.registration.rank);
    // An action of several calls stands where the newest of them puts it.
    const views = [...new Set(sorted.map(({ view }) => view))];
    return { host, place: sorted[0]?.registration ?? null, actions: views.map((view) => actionOf(view, findings)) };
  });
  const kept = lifetimes.filter(({ registrations }) => registrations.length === 0).map((view) => actionOf(view, findings));
  if (kept.length > 0) groups.push({ host: null, place: null, actions: kept });
  return groups.sort((a, b) => worst(a.actions) - worst(b.actions) || label(a).localeCompare(label(b)));
}

function label({ host }: TreeHost): string {
  return host === null ? '\uffff' : `${host.struct ?? '\ufffe'} ${host.text}`;
}

function actionOf(view: LifetimeView, findings: readonly Finding[]): TreeAction {
  const theirs = findings.filter(({ lifetime }) => lifetime.action === view.action && lifetime.object === view.object);
  return {
    name: view.action,
    object: view.object,
    place: view.actionPlace,
    state: stateOf(view.verdicts),
    fingerprint: worstOf(theirs)?.fingerprint ?? null,
    releasers: view.releasers.map((point) => releaserOf(point, view, theirs)),
  };
}

function releaserOf(point: ReleaserView, view: LifetimeView, findings: readonly Finding[]): TreeReleaser {
  const verdicts = view.verdicts.filter(({ pair }) => pair.includes(point.entry));
  return {
    entry: point.entry,
    kind: point.kind,
    place: point.site ?? point.place,
    state: stateOf(verdicts),
    verdicts: verdicts.map((verdict) => verdictOf(verdict, point.entry, findings)).sort((a, b) => ORDER[a.state] - ORDER[b.state]),
  };
}

function verdictOf(verdict: Verdict, entry: string, findings: readonly Finding[]): TreeVerdict {
  const [first, second] = verdict.pair;
  const found = findings.filter(({ pairs }) => pairs.some((pair) => pair.join() === verdict.pair.join()));
  return {
    other: first === entry ? second : first,
    state: verdict.verdict,
    rules: verdict.rules,
    reason: verdict.reason ?? null,
    fingerprint: worstOf(found)?.fingerprint ?? null,
  };
}

function stateOf(verdicts: readonly Verdict[]): TreeState {
  const states = verdicts.map(({ verdict }): TreeState => verdict);
  return states.sort((a, b) => ORDER[a] - ORDER[b])[0] ?? 'unexplored';
}

function worst(actions: readonly TreeAction[]): number {
  return Math.min(...actions.map(({ state }) => ORDER[state]));
}
