import { effectCalls, entryOf, type StructuralCheck, siteOf } from '../../structural';

/** The core's own files, which the API was made for. */
const CORE = /^(?:drivers\/base|include|lib)\//;

/** devm_remove_action_nowarn() outside the driver core. */
export const nowarnInDriver: StructuralCheck = ({ program, roots }) =>
  [...effectCalls(program.functions)].flatMap(({ fn, n, effect }) => {
    if (effect.op !== 'remove-action' || effect.warn || CORE.test(fn.file.path)) return [];
    const action = n.args[effect.action];
    const data = n.args[effect.data];
    return [
      {
        rule: 'nowarn-in-driver' as const,
        detail: `${String(n.callee)}() in ${fn.fn.name}() asks the devres list who owns the object`,
        sites: [siteOf(fn, n, 'remove-action')],
        action: action?.k === 'global' ? program.resolve(action.name, fn.file) : null,
        object: data ? ([...roots.of(data, fn)].find((tag) => program.struct(tag)) ?? null) : null,
        entry: entryOf(program, fn),
      },
    ];
  });
