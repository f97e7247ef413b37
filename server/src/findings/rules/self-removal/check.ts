import type { Expr } from '../../../facts/types';
import { ATTRIBUTE_REMOVALS } from '../../../kernel/attributes';
import { type CallNode, type StructuralCheck, siteOf } from '../../structural';

/** A handler that removes the attribute that it was called for. */
export const selfRemoval: StructuralCheck = ({ program }) =>
  program.entryPoints.flatMap((point) => {
    const attribute = point.fn.fn.params[1]?.name;
    if (!point.kind.startsWith('sysfs') || !attribute || !/attribute$/.test(point.fn.fn.params[1]?.type.base ?? '')) return [];
    const broken = point.fn.fn.nodes.some((n) => n.k === 'call' && n.callee === 'sysfs_break_active_protection');
    return point.fn.fn.nodes.flatMap((n) => {
      const arg = n.k === 'call' && typeof n.callee === 'string' ? n.args[ATTRIBUTE_REMOVALS[n.callee] ?? -1] : undefined;
      if (broken || !arg || !isOf(arg, attribute)) return [];
      return [
        {
          rule: 'self-removal' as const,
          detail: `${point.name}() removes its own attribute with ${String((n as CallNode).callee)}(), which waits for ${point.name}()`,
          sites: [siteOf(point.fn, n, 'remove-attribute')],
          action: null,
          object: point.owner,
          entry: point,
        },
      ];
    });
  });

/** The variable, or a member of what it points to. */
function isOf(e: Expr, name: string): boolean {
  return e.k === 'var' ? e.name === name : e.k === 'field' && isOf(e.base, name);
}
