import { collectAttributes } from './attributes';
import { entryOf, type Linked, roleOf } from './bindings';
import { variableKey } from './globals';
import { collectGroups } from './groups';
import type { Place } from './origins';
import type { EntryPoint } from './types';

/** Struct that the device type is given to: `x->dev.type = &TYPE`. */
function deviceTypeOwners(linked: Linked): Map<string, Place> {
  const owners = new Map<string, Place>();
  for (const fn of linked.symbols.functions) {
    for (const node of fn.fn.nodes) {
      if (node.k !== 'store' || node.addr.k !== 'field' || node.addr.name !== 'type') {
        continue;
      }
      const name = node.src.k === 'global' ? node.src.name : null;
      const place = name === null ? null : linked.origins.locate(node.addr.base, fn);
      if (name !== null && place) {
        owners.set(variableKey(linked.symbols, name, fn.file), place);
      }
    }
  }
  return owners;
}

/** The handlers of attributes, with what registers them. */
export function attributeEntries(linked: Linked): EntryPoint[] {
  const { symbols, types, pointers, roles, embedders } = linked;
  const groups = collectGroups(symbols, types, roles.isDriver);
  const typeOwners = deviceTypeOwners(linked);
  return collectAttributes(symbols, types, pointers, roles.isAttribute).map((a) => {
    const holders = groups.holders(a.variable);
    const places = holders.flatMap((h) => typeOwners.get(h.key) ?? []);
    const tags = new Set(places.map((p) => p.tag));
    const entry = entryOf(linked, {
      fn: a.fn,
      role: roleOf(a.kind, a.param),
      subject: a.subject,
      at: a.at,
      // An attribute that devices of several types share tells nothing about its owner.
      fallback: tags.size === 1 ? (places[0] ?? null) : null,
    });
    const own = holders.find((h) => {
      const tag = typeOwners.get(h.key)?.tag;
      return tag !== undefined && (tag === entry.owner || (entry.owner !== null && embedders(entry.owner).some((e) => e.tag === tag)));
    });
    const made = groups.created(a.variable);
    const via = (own ?? holders[0])?.via ?? (made.length > 0 ? 'group' : null);
    return { ...entry, via, groups: via === 'group' ? made.filter(({ makers }) => makers.length > 0) : [] };
  });
}
