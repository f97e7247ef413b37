import { table } from './effects';

/**
 * drivers/base/devres.c. An entry is matched on action *and* data, newest
 * first, under devres_lock, so exactly one remover wins
 * (devres_remove, devm_action_match).
 * - devm_add_action: -ENOMEM leaves the action not run.
 * - __devm_add_action_or_reset (include/linux/device/devres.h): runs it at once on failure.
 * - devm_remove_action_nowarn: unlinks, 0 or -ENOENT, never calls.
 * - devm_remove_action: WARN_ON of it. devm_release_action: WARN_ON(devres_release()),
 *   which unlinks and then calls with no lock held; absent, it warns and does not call.
 * - devres_release_group: moves what stands between the marks of the group to a private list, as devres_release_all does, and runs it newest first.
 */
export const devresApi = table({
  devm_add_action: { op: 'add-action', host: 0, action: 1, data: 2, reset: false },
  __devm_add_action: { op: 'add-action', host: 0, action: 1, data: 2, reset: false },
  devm_add_action_or_reset: { op: 'add-action', host: 0, action: 1, data: 2, reset: true },
  __devm_add_action_or_reset: { op: 'add-action', host: 0, action: 1, data: 2, reset: true },
  devm_remove_action: { op: 'remove-action', host: 0, action: 1, data: 2, warn: true },
  devm_remove_action_nowarn: { op: 'remove-action', host: 0, action: 1, data: 2, warn: false },
  devres_open_group: { op: 'open-group', host: 0, id: 1 },
  devres_close_group: { op: 'close-group', host: 0, id: 1 },
  devres_remove_group: { op: 'end-group', host: 0, id: 1, release: false },
  devres_release_group: { op: 'end-group', host: 0, id: 1, release: true },
  devm_release_action: { op: 'release-action', host: 0, action: 1, data: 2 },
});
