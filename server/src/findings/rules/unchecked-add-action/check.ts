import { effectCalls, entryOf, type StructuralCheck, siteOf } from '../../structural';

/** devm_add_action() and its like whose result nobody keeps. */
export const uncheckedAddAction: StructuralCheck = ({ program, roots }) =>
  [...effectCalls(program.functions)].flatMap(({ fn, n, effect }) => {
    if (effect.op !== 'add-action' || n.dst !== undefined) return [];
    const action = n.args[effect.action];
    const data = n.args[effect.data];
    return [
      {
        rule: 'unchecked-add-action' as const,
        detail: `the result of ${String(n.callee)}() is not looked at`,
        sites: [siteOf(fn, n, 'add-action')],
        action: action?.k === 'global' ? program.resolve(action.name, fn.file) : null,
        object: data ? ([...roots.of(data, fn)].find((tag) => program.struct(tag)) ?? null) : null,
        entry: entryOf(program, fn),
      },
    ];
  });
