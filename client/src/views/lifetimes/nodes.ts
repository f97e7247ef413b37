import type { ActionItem, FolderLifetimes, HostItem, ReleaserItem, State, VerdictItem } from '../../../../protocol/lifetimes';
import type { Place } from '../../../../protocol/message';

/** A row of the tree, without what draws it. */
export interface TreeRow {
  /** Stable over refreshes, so that what is open stays open. */
  id: string;
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  state: State | null;
  location: Place | null;
  /** The finding that can be shown. */
  fingerprint: string | null;
  isOpen: boolean;
  children: TreeRow[];
}

const ICONS: Readonly<Record<string, string>> = {
  'sysfs-store': 'edit',
  'sysfs-show': 'eye',
  unbind: 'debug-disconnect',
  probe: 'plug',
  remove: 'debug-disconnect',
  work: 'gear',
};

const STATES: Readonly<Record<State, string>> = {
  violated: 'races',
  incomplete: 'not decided',
  clean: 'no race found',
  unexplored: 'only the unbind of the host releases it',
};

/** The rows of one or several folders; a single folder has no row of its own. */
export function rowsOf(folders: readonly FolderLifetimes[]): TreeRow[] {
  const [only] = folders;
  if (folders.length === 1 && only) return only.hosts.map((host) => hostRow(only.uri, host));
  return folders.map(
    (folder): TreeRow => ({
      ...EMPTY,
      id: folder.uri,
      label: folder.name,
      icon: 'folder',
      isOpen: true,
      children: folder.hosts.map((host) => hostRow(folder.uri, host)),
    }),
  );
}

const EMPTY = { description: '', tooltip: '', state: null, location: null, fingerprint: null, isOpen: false, children: [] };

function hostRow(parent: string, host: HostItem): TreeRow {
  const id = `${parent}|${host.text} ${host.detail}`;
  const label = host.text ?? 'Not on a devres list';
  return {
    ...EMPTY,
    id,
    label,
    description: host.detail,
    tooltip: host.text === null ? `${label}: ${host.detail}` : `The unbind of ${label} (${host.detail}) runs these, from top to bottom`,
    icon: host.text === null ? 'library' : 'circuit-board',
    location: host.location,
    isOpen: host.actions.some(({ state }) => state === 'violated'),
    children: host.actions.map((action, index) => actionRow(id, action, host.text === null ? null : index + 1)),
  };
}

function actionRow(parent: string, action: ActionItem, order: number | null): TreeRow {
  const id = `${parent}|${action.name} ${action.object}`;
  const racing = action.releasers.filter(({ state }) => state === 'violated').length;
  const found = racing > 0 ? `${racing} of ${action.releasers.length} race` : STATES[action.state];
  return {
    ...EMPTY,
    id,
    label: `${order === null ? '' : `${order}. `}${action.name}()`,
    description: `${action.state === 'unexplored' ? '' : `${found} · `}struct ${action.object}`,
    tooltip: `${action.name}() tears down struct ${action.object}: ${found}`,
    icon: 'trash',
    state: action.state,
    location: action.location,
    fingerprint: action.fingerprint,
    isOpen: action.state === 'violated',
    children: action.releasers.map((releaser) => releaserRow(id, releaser)),
  };
}

function releaserRow(parent: string, releaser: ReleaserItem): TreeRow {
  const id = `${parent}|${releaser.entry}`;
  const racing = releaser.verdicts.filter(({ state }) => state === 'violated').length;
  const count = releaser.verdicts.length;
  const found = count === 0 ? STATES.unexplored : racing === 0 ? STATES[releaser.state] : `${racing} of ${count} pairs race`;
  const clean = releaser.verdicts.filter(({ state }) => state === 'clean');
  const others = releaser.verdicts.filter(({ state }) => state !== 'clean');
  return {
    ...EMPTY,
    id,
    label: releaser.kind === 'unbind' ? releaser.entry : `${releaser.entry}()`,
    description: count === 0 ? '' : found,
    tooltip: `${releaser.entry} (${releaser.kind}): ${found}`,
    icon: ICONS[releaser.kind] ?? 'symbol-method',
    state: releaser.state,
    location: releaser.location,
    children: [...others.map((verdict) => verdictRow(id, verdict)), ...cleanRows(id, clean)],
  };
}

function verdictRow(parent: string, verdict: VerdictItem): TreeRow {
  const why = verdict.state === 'violated' ? verdict.rules.join(', ') : (verdict.reason ?? STATES[verdict.state]);
  return {
    ...EMPTY,
    id: `${parent}|${verdict.other}`,
    label: `× ${verdict.other}`,
    description: why,
    tooltip: `Together with ${verdict.other}: ${why}`,
    icon: verdict.state === 'violated' ? 'bug' : verdict.state === 'clean' ? 'pass' : 'question',
    state: verdict.state,
    fingerprint: verdict.fingerprint,
  };
}

/** Many handlers only read the object: their clean pairs are one row. */
function cleanRows(parent: string, clean: readonly VerdictItem[]): TreeRow[] {
  if (clean.length < 2) return clean.map((verdict) => verdictRow(parent, verdict));
  const id = `${parent}|clean`;
  const label = `${clean.length} pairs without a race`;
  return [{ ...EMPTY, id, label, tooltip: label, icon: 'pass', state: 'clean', children: clean.map((verdict) => verdictRow(id, verdict)) }];
}
