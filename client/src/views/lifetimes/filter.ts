import type { ActionItem, FolderLifetimes, HostItem } from '../../../../protocol/lifetimes';

export interface Filter {
  /** Words that must all stand in an action's names, its host's or its releasers'. */
  text: string;
  onlyRacing: boolean;
}

export const NO_FILTER: Filter = { text: '', onlyRacing: false };

export function isFiltering({ text, onlyRacing }: Filter): boolean {
  return onlyRacing || text.trim() !== '';
}

/** What a filter leaves; hosts and folders without actions vanish with them. */
export function filtered(folders: readonly FolderLifetimes[], filter: Filter): FolderLifetimes[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const keeps = (host: HostItem) => (action: ActionItem) => {
    if (filter.onlyRacing && action.state !== 'violated') return false;
    const names = [host.text ?? '', host.detail, action.name, action.object, ...action.releasers.map(({ entry }) => entry)];
    const searched = names.join('\n').toLowerCase();
    return words.every((word) => searched.includes(word));
  };
  return folders
    .map((folder) => ({
      ...folder,
      hosts: folder.hosts
        .map((host) => ({ ...host, actions: host.actions.filter(keeps(host)) }))
        .filter(({ actions }) => actions.length > 0),
    }))
    .filter(({ hosts }) => hosts.length > 0);
}
