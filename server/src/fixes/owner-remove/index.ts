import { EditSet } from '../edits';
import { releaseSites, removeThenTearDown } from '../releases';
import type { Fix } from '../types';

/** Whoever takes the action off the devres list tears the object down; the others find it gone and return. */
export const ownerRemove: Fix = {
  id: 'owner-remove',
  title: 'Let the removal of the action decide who tears down',
  brief: 'removal decides',
  description: [
    'devm_remove_action_nowarn() returns 0 to one caller only: that one tears down, the others and the unbind leave it alone.',
    'Its kernel-doc calls the use in ordinary drivers an abuse: maintainers ask for an owner that knows its objects instead.',
  ].join('\n'),
  rules: ['double-release', 'release-vs-unbind', 'release-before-add'],
  needs: ['devm_remove_action_nowarn'],
  compute(context) {
    const sites = releaseSites(context);
    if ('refused' in sites) return sites;
    const edits = new EditSet();
    for (const site of sites)
      edits.add(site.fn.file.path, [{ at: site.statement.at, end: site.statement.end, text: removeThenTearDown(site) }]);
    return edits.all();
  },
};
