import type { Plan } from '../plan/types';

/** How the owner keeps its objects, as lines of C. `owner` and `object` are pointer expressions. */
export interface Container {
  header: string;
  member: string;
  initialise(owner: string): string;
  /** What the end of the owner needs; null where nothing. */
  destroy(owner: string): string | null;
  /** Insertion that cannot fail; null where it has a result to be tested. */
  insert: ((owner: string, object: string) => string) | null;
  erase(owner: string, object: string): string;
  /** Locals and head of a loop that may take out the object it stands at. */
  each(owner: string, object: string): { locals: string[]; head: string };
}

/** An xarray by number where the objects have one, else a list. */
export function containerOf(plan: Plan): Container {
  const { container } = plan.names;
  const { identity, node } = plan;
  if (identity)
    return {
      header: 'linux/xarray.h',
      member: `struct xarray ${container};`,
      initialise: (owner) => `xa_init(&${owner}->${container});`,
      destroy: (owner) => `xa_destroy(&${owner}->${container});`,
      insert: null,
      erase: (owner, object) => `xa_erase(&${owner}->${container}, ${object}->${identity.member});`,
      each: (owner, object) => ({
        locals: [`struct ${plan.tag} *${object};`, 'unsigned long index;'],
        head: `xa_for_each(&${owner}->${container}, index, ${object})`,
      }),
    };
  return {
    header: 'linux/list.h',
    member: `struct list_head ${container};`,
    initialise: (owner) => `INIT_LIST_HEAD(&${owner}->${container});`,
    destroy: () => null,
    insert: (owner, object) => `list_add_tail(&${object}->${node}, &${owner}->${container});`,
    erase: (_owner, object) => `list_del(&${object}->${node});`,
    each: (owner, object) => ({
      locals: [`struct ${plan.tag} *${object}, *next;`],
      head: `list_for_each_entry_safe(${object}, next, &${owner}->${container}, ${node})`,
    }),
  };
}
