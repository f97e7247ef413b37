/**
 * The abstract values of the exploration, interned to small integers so that
 * a state is an array of numbers.
 *
 * An object is one allocation, or a stand-in for memory that exists before the
 * explored code runs; a pointer is (object, path of members), which is what
 * container_of, embedding and a cast to the first member preserve.
 */

export type ObjectKind =
  /** An instance of the lifetime's type, made by an explored allocation. */
  | 'tracked'
  /** The one instance of a type that all threads mean (an attribute's owner, what a lookup found). */
  | 'instance'
  /** What an unwritten pointer member of another object points to. */
  | 'deref'
  /** A device that a lookup returned and nothing has cast yet. */
  | 'opaque'
  | 'global'
  /** Memory of a thread's own stack frame. */
  | 'local';

export interface HeapObject {
  id: number;
  name: string;
  kind: ObjectKind;
  /** Struct tag, null while unknown. */
  tag: string | null;
  /** For a `deref` object seen as a larger struct: the pointer that is its member `viewMember`. */
  view?: { value: number; member: string };
  /** Index among tracked objects. */
  index?: number;
  /** Pointers followed to get here from an instance. */
  depth?: number;
}

export type Value =
  | { k: 'top' }
  | { k: 'nonzero' }
  | { k: 'int'; v: number }
  /** A negative errno, as an integer or as an error pointer; `name` where known. */
  | { k: 'err'; name: string | null }
  | { k: 'ptr'; obj: number; path: string }
  | { k: 'fn'; id: number }
  /** An unknown scalar that equals itself: the id stored in an object. */
  | { k: 'sym'; name: string }
  /** An ordered list of values: devres entries, members of a container. */
  | { k: 'tuple'; items: readonly number[] };

export const TOP = 0;
export const ZERO = 1;
export const ONE = 2;
export const NONZERO = 3;
export const ERR = 4;

/** Begins the names of scalars that a container chose for a key: unknown, but no errno. */
export const FOUND_KEY = 'id of ';

/** Path, in an object, of the device that device_create() made for it: its address is another's, its life is the object's. */
export const OWN_DEVICE = '@device';

/** Interns values and objects; one per exploration of a lifetime. */
export class Values {
  private readonly values: Value[] = [];
  private readonly ids = new Map<string, number>();
  private readonly objects: HeapObject[] = [];
  private readonly objectIds = new Map<string, number>();
  /** By pointer and member. */
  private readonly members: Map<string, number>[] = [];
  /** By object and path. */
  private readonly pointers: Map<string, number>[] = [];
  readonly emptyTuple: number;
  /** Tracked objects that some explored state has, by index. */
  readonly tracked: HeapObject[] = [];

  constructor() {
    this.intern('T', { k: 'top' });
    this.intern('i0', { k: 'int', v: 0 });
    this.intern('i1', { k: 'int', v: 1 });
    this.intern('N', { k: 'nonzero' });
    this.intern('e', { k: 'err', name: null });
    this.emptyTuple = this.tuple([]);
  }

  private intern(key: string, value: Value): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.values.length;
      this.values.push(value);
      this.ids.set(key, id);
    }
    return id;
  }

  get(id: number): Value {
    return this.values[id] ?? { k: 'top' };
  }

  int(v: number): number {
    return v === 0 ? ZERO : v === 1 ? ONE : this.intern(`i${v}`, { k: 'int', v });
  }

  err(name: string): number {
    return this.intern(`e${name}`, { k: 'err', name });
  }

  ptr(obj: number, path: string): number {
    let known = this.pointers[obj];
    if (!known) this.pointers[obj] = known = new Map();
    let id = known.get(path);
    if (id === undefined) {
      id = this.newPointer(obj, path);
      known.set(path, id);
    }
    return id;
  }

  /** The address of a member of what a pointer points to; null where that is no pointer. */
  member(pointer: number, name: string): number | null {
    const value = this.get(pointer);
    if (value.k !== 'ptr') return null;
    let known = this.members[pointer];
    if (!known) this.members[pointer] = known = new Map();
    let id = known.get(name);
    if (id === undefined) {
      id = this.ptr(value.obj, joinPath(value.path, name));
      known.set(name, id);
    }
    return id;
  }

  private newPointer(obj: number, path: string): number {
    const object = this.objects[obj];
    // The member through which a view was made is the pointer it was made from.
    if (object?.view && (path === object.view.member || path.startsWith(`${object.view.member}.`))) {
      const inner = this.get(object.view.value);
      if (inner.k === 'ptr') {
        const rest = path.slice(object.view.member.length + 1);
        return this.ptr(inner.obj, joinPath(inner.path, rest));
      }
    }
    return this.intern(`p${obj}:${path}`, { k: 'ptr', obj, path });
  }

  fn(id: number): number {
    return this.intern(`f${id}`, { k: 'fn', id });
  }

  /** Gives functions the ids that they have in another version of the program; null for those that are gone. */
  renumber(to: (id: number) => number | null): void {
    const known = this.values.flatMap((value, i) => (value.k === 'fn' ? [{ i, id: value.id }] : []));
    for (const { id } of known) this.ids.delete(`f${id}`);
    for (const { i, id } of known) {
      const now = to(id) ?? -1 - i;
      this.values[i] = { k: 'fn', id: now };
      this.ids.set(`f${now}`, i);
    }
  }

  sym(name: string): number {
    return this.intern(`s${name}`, { k: 'sym', name });
  }

  tuple(items: readonly number[]): number {
    return this.intern(`t${items.join(',')}`, { k: 'tuple', items });
  }

  items(id: number): readonly number[] {
    const value = this.get(id);
    return value.k === 'tuple' ? value.items : [];
  }

  object(name: string, kind: ObjectKind, tag: string | null, extra?: Pick<HeapObject, 'view' | 'index' | 'depth'>): HeapObject {
    const known = this.objectIds.get(name);
    if (known !== undefined) return this.objects[known] as HeapObject;
    const object: HeapObject = { id: this.objects.length, name, kind, tag, ...extra };
    this.objects.push(object);
    this.objectIds.set(name, object.id);
    if (kind === 'tracked') {
      this.tracked.push(object);
      this.tracked.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    }
    return object;
  }

  /** The value is a pointer into the object, or a list with one. */
  mentions(id: number, object: number): boolean {
    const value = this.values[id];
    return value?.k === 'ptr' ? value.obj === object : value?.k === 'tuple' && value.items.some((item) => this.mentions(item, object));
  }

  objectOf(id: number): HeapObject | null {
    const value = this.get(id);
    return value.k === 'ptr' ? (this.objects[value.obj] ?? null) : null;
  }

  objectById(obj: number): HeapObject {
    return this.objects[obj] as HeapObject;
  }

  /** The instance of a type that every thread of an exploration means. */
  instance(tag: string): HeapObject {
    return this.object(`struct ${tag}`, 'instance', tag);
  }

  /** For messages: the C-like spelling of a value. */
  show(id: number): string {
    const value = this.get(id);
    switch (value.k) {
      case 'ptr': {
        const object = this.objectById(value.obj);
        return value.path ? `&(${object.name}).${value.path}` : object.name;
      }
      case 'int':
        return String(value.v);
      case 'err':
        return value.name ? `-${value.name}` : 'an error';
      case 'fn':
        return `function ${value.id}`;
      case 'sym':
        return value.name;
      case 'tuple':
        return `[${value.items.map((item) => this.show(item)).join(', ')}]`;
      default:
        return 'unknown';
    }
  }

  /** Truth of a value as a condition; null when it can be either. */
  truth(id: number): boolean | null {
    const value = this.get(id);
    switch (value.k) {
      case 'int':
        return value.v !== 0;
      case 'ptr':
        return this.maybeNull(value) ? null : true;
      case 'err':
      case 'fn':
      case 'nonzero':
        return true;
      default:
        return null;
    }
  }

  /** A pointer read from memory that existed before may have been NULL there. */
  private maybeNull(value: { obj: number; path: string }): boolean {
    return value.path === '' && this.objectById(value.obj).kind === 'deref';
  }

  /** Whether two values are equal; null when that is not known. */
  equal(a: number, b: number): boolean | null {
    const l = this.get(a);
    const r = this.get(b);
    if (a === b) return l.k === 'top' || l.k === 'nonzero' || (l.k === 'err' && l.name === null) ? null : true;
    if (l.k === 'top' || r.k === 'top' || l.k === 'sym' || r.k === 'sym') return null;
    if (l.k === 'nonzero') return r.k === 'int' && r.v === 0 ? false : null;
    if (r.k === 'nonzero') return l.k === 'int' && l.v === 0 ? false : null;
    if (l.k === 'err' && r.k === 'err') return l.name === null || r.name === null ? null : l.name === r.name;
    if (l.k === 'err' || r.k === 'err') {
      const other = l.k === 'err' ? r : l;
      return other.k === 'int' && other.v < 0 ? null : false;
    }
    if (l.k === 'ptr' && r.k === 'ptr') return this.samePlace(l, r);
    if ((l.k === 'ptr' && this.maybeNull(l)) || (r.k === 'ptr' && this.maybeNull(r))) return null;
    return false;
  }

  /** Pointers into the same allocation differ by path; stand-ins of unknown origin may be anything. */
  private samePlace(l: { obj: number; path: string }, r: { obj: number; path: string }): boolean | null {
    const a = this.objectById(l.obj);
    const b = this.objectById(r.obj);
    if (a === b) return l.path === r.path;
    const firm = (kind: ObjectKind) => kind === 'tracked' || kind === 'global' || kind === 'local';
    return firm(a.kind) && firm(b.kind) ? false : a.tag && b.tag && a.tag !== b.tag ? false : null;
  }
}

export function joinPath(a: string, b: string): string {
  return a && b ? `${a}.${b}` : a || b;
}
