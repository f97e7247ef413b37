import { evaluateConstant } from './constants';
import { baseName, readDeclarator } from './declarators';
import { type CNode, child } from './tree';
import type { FieldFacts, FileFacts, StructFacts } from './types';

/** Reads a struct or union with a body, and the named structs inside it; anonymous members are flattened into it. */
export function readStruct(spec: CNode, source: string, out: StructFacts[], tagIfAnonymous = ''): StructFacts | null {
  const list = child(spec, 'body');
  if (!list) return null;
  const name = child(spec, 'name');
  const tag = name ? source.slice(name.start, name.end) : tagIfAnonymous;
  const facts: StructFacts = { tag, kind: spec.type === 'union_specifier' ? 'union' : 'struct', at: spec.start, end: spec.end, fields: [] };
  readFields(list, source, facts, out);
  if (tag !== '') out.push(facts);
  return facts;
}

function readFields(list: CNode, source: string, owner: StructFacts, out: StructFacts[]): void {
  for (const field of list.kids) {
    if (field.type === 'field_declaration') readField(field, source, owner, out);
    else if (field.type.startsWith('preproc_')) readFields(field, source, owner, out);
  }
}

function readField(field: CNode, source: string, owner: StructFacts, out: StructFacts[]): void {
  const type = child(field, 'type');
  const declarators = field.kids.filter((kid) => kid.field === 'declarator');
  const inner = type && /^(struct|union)_specifier$/.test(type.type) ? child(type, 'body') : undefined;
  let base = baseName(type, source);
  if (type && inner) {
    if (declarators.length === 0 && base === '') {
      readFields(inner, source, owner, out);
      return;
    }
    const first = readDeclarator('', declarators[0], source).name;
    const nested = readStruct(type, source, out, `${owner.tag}.${first}`);
    if (base === '' && nested) base = `${nested.kind} ${nested.tag}`;
  }
  const bits = field.kids.some((kid) => kid.type === 'bitfield_clause');
  for (const declarator of declarators) {
    const declared = readDeclarator(base, declarator, source);
    if (declared.name === '') continue;
    const fact: FieldFacts = { name: declared.name, type: declared.type, at: declared.nameAt };
    if (bits) fact.bits = true;
    owner.fields.push(fact);
  }
}

/** Reads an enum with a body; values that the file alone does not tell are left out, and so are those counted from them. */
export function readEnum(spec: CNode, source: string, known: Map<string, number>): FileFacts['enums'][number] | null {
  const list = child(spec, 'body');
  if (!list) return null;
  const name = child(spec, 'name');
  const members: FileFacts['enums'][number]['members'] = [];
  let next: number | undefined = 0;
  for (const item of list.kids) {
    if (item.type !== 'enumerator') continue;
    const label = child(item, 'name');
    const expression = child(item, 'value');
    if (!label) continue;
    const text = source.slice(label.start, label.end);
    const value: number | undefined = expression ? evaluateConstant(expression, source, known) : next;
    members.push(value === undefined ? { name: text, at: label.start } : { name: text, value, at: label.start });
    if (value !== undefined) known.set(text, value);
    next = value === undefined ? undefined : value + 1;
  }
  return name ? { tag: source.slice(name.start, name.end), members } : { members };
}
