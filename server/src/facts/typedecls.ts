import { baseName, readDeclarator } from './declarators';
import { readEnum, readStruct } from './structs';
import { type CNode, child, visitTree } from './tree';
import type { FileFacts } from './types';

type TypeFacts = Pick<FileFacts, 'structs' | 'enums' | 'typedefs'>;

/** Structs and enums, wherever they are defined: at top level, in a declaration, a typedef or a function. */
export function readTypes(root: CNode, source: string, facts: TypeFacts, constants: Map<string, number>): void {
  visitTree(root, (node) => {
    if (node.type === 'struct_specifier' || node.type === 'union_specifier') {
      if (!node.kids.some((kid) => kid.field === 'body')) return false;
      // An anonymous struct that is not typedefed still has fields; it just cannot be named.
      readStruct(node, source, facts.structs);
      return false;
    }
    if (node.type === 'enum_specifier') {
      const read = readEnum(node, source, constants);
      if (read) facts.enums.push(read);
      return false;
    }
    if (node.type === 'type_definition') {
      readTypedef(node, source, facts);
      return !node.kids.some((kid) => kid.field === 'type' && /^(struct|union)_specifier$/.test(kid.type));
    }
    return undefined;
  });
}

function readTypedef(node: CNode, source: string, facts: TypeFacts): void {
  const spec = child(node, 'type');
  let base = baseName(spec, source);
  for (const declarator of node.kids.filter((kid) => kid.field === 'declarator')) {
    const declared = readDeclarator(base, declarator, source);
    if (spec && /^(struct|union)_specifier$/.test(spec.type)) {
      const struct = readStruct(spec, source, facts.structs, declared.name);
      if (base === '' && struct) base = `${struct.kind} ${struct.tag}`;
    }
    facts.typedefs.push({ name: declared.name, type: { ...declared.type, base, ...(declared.isFunction ? { fn: true as const } : {}) } });
  }
}
