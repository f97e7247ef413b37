import type { FileFacts } from '../facts/types';

/** Headers that declare what fixes may write. */
const HEADERS = [
  'include/linux/device.h',
  'include/linux/device/devres.h',
  'include/linux/mutex.h',
  'include/linux/rwsem.h',
  'include/linux/spinlock.h',
  'include/linux/xarray.h',
  'include/linux/workqueue.h',
  'include/linux/bitops.h',
  'include/linux/atomic/atomic-instrumented.h',
  'include/asm-generic/barrier.h',
];

/** What older kernels lack (devm_remove_action_nowarn: v6.14; guards: v6.5): without headers to look in, it is taken as absent. */
const RECENT = /^(?:devm_remove_action_nowarn$|class:|cond:)/;

/**
 * Whether the headers of a tree declare an API: a function, a macro, or with `class:NAME` and `cond:NAME` what
 * DEFINE_GUARD and DEFINE_GUARD_COND (include/linux/cleanup.h) define. In a folder without a kernel around it, what every kernel has is
 * taken as declared.
 */
export function declaredIn(
  readFile: (path: string) => string | null,
  facts: (path: string, text: string) => FileFacts,
): (api: string) => boolean {
  const texts = HEADERS.flatMap((path) => {
    const text = readFile(path);
    return text === null ? [] : [{ path, text }];
  });
  const known = new Map<string, boolean>();
  return (api) => {
    const name = api.replace(/^\w+:/, '');
    let found = known.get(api);
    if (found === undefined) {
      const candidates = texts.filter(({ text }) => text.includes(name)).map(({ path, text }) => facts(path, text));
      found = texts.length === 0 ? !RECENT.test(api) : candidates.some((file) => declares(file, api, name));
      known.set(api, found);
    }
    return found;
  };
}

function declares(file: FileFacts, api: string, name: string): boolean {
  if (api.startsWith('class:')) return defines(file, /^DEFINE_(?:LOCK_)?GUARD(?:_[01])?$/, name);
  if (api.startsWith('cond:')) return defines(file, /^DEFINE_(?:LOCK_)?GUARD(?:_1)?_COND/, name);
  const named = (entry: { name: string }) => entry.name === name;
  return file.prototypes.some(named) || file.functions.some(named) || file.macros.some(named);
}

/** `DEFINE_GUARD_COND(mutex, _intr, …)` defines `mutex_intr`. */
function defines(file: FileFacts, macro: RegExp, name: string): boolean {
  return file.invocations.some(({ macro: used, args }) => macro.test(used) && (args[0] === name || `${args[0]}${args[1]}` === name));
}
