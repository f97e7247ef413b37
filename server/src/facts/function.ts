import { blockValue, statements } from './blocks';
import { Body, type FileScope, type Lowering } from './body';
import { call } from './calls';
import { condition } from './conditions';
import { baseName, readDeclarator, readParams } from './declarators';
import { effect, value } from './expressions';
import { search, statement } from './statements';
import { type CNode, child, visitTree } from './tree';
import type { FunctionFacts, Local } from './types';

const LOWERING: Lowering = { value, effect, condition, call, statement, search, blockValue };

/** What stands before the body of a definition. */
export type Header = Omit<FunctionFacts, 'locals' | 'nodes'>;
/** What a body is lowered to. */
export type Lowered = Pick<FunctionFacts, 'locals' | 'nodes'>;

/** Reads the head of a function definition; null where the node defines no function with a name. */
export function readHeader(source: string, node: CNode, config?: string): Header | null {
  const declarator = child(node, 'declarator');
  const declared = readDeclarator(baseName(child(node, 'type'), source), declarator, source);
  if (child(node, 'body')?.type !== 'compound_statement' || declared.name === '' || !declared.params) return null;
  const specifiers = node.kids.filter((kid) => kid.type === 'storage_class_specifier').map((kid) => source.slice(kid.start, kid.end));
  return {
    name: declared.name,
    at: node.start,
    end: node.end,
    nameAt: declared.nameAt,
    static: specifiers.includes('static'),
    inline: specifiers.some((word) => word.includes('inline')),
    ret: declared.type,
    params: readParams(declared.params, source),
    ...(config === undefined ? {} : { config }),
  };
}

/** Lowers the body of a function with these parameters. */
export function lowerBody(file: FileScope, inside: CNode, params: FunctionFacts['params']): Lowered {
  const body = new Body(file, LOWERING, takenNames(file, inside));
  body.enter(inside);
  for (const param of params) bindParam(body, param, inside.start);
  visitTree(inside, (node) => {
    const name = node.type === 'labeled_statement' ? child(node, 'label') : undefined;
    if (name) body.gotos.set(body.text(name), { label: body.graph.label(), at: node.start });
    return undefined;
  });
  statements(body, inside.kids);
  body.leave(inside.end - 1);
  return { locals: body.locals, nodes: body.graph.finish(inside.end - 1) };
}

/** A parameter whose address is taken, or a struct passed by value, lives in a local that is set at entry. */
function bindParam(body: Body, param: { name: string; type: Local['type'] }, at: number): void {
  if (param.name === '') return;
  const plain = body.declareParam(param.name, param.type);
  if (!body.isTaken(param.name) && !body.isAggregate(param.type)) return;
  const copy = body.declare(param.name, param.type);
  body.graph.emit({ k: 'store', addr: { k: 'local', name: copy.name }, src: { k: 'var', name: plain.name }, at });
}

/** Names that stand behind `&`, or left of `.`: they must live in memory. */
function takenNames(file: FileScope, inside: CNode): ReadonlySet<string> {
  const names = new Set<string>();
  visitTree(inside, (node) => {
    if (node.type === 'call_expression') {
      const callee = child(node, 'function');
      // ACQUIRE_ERR(class, &var) reads var, no address escapes.
      if (callee?.type === 'identifier' && file.source.slice(callee.start, callee.end) === 'ACQUIRE_ERR') return false;
    }
    const isAddress = node.type === 'pointer_expression' && node.op === '&';
    const isMember = node.type === 'field_expression' && node.op === '.';
    if (isAddress || isMember) {
      const name = rootName(child(node, 'argument'));
      // What stands left of `.` is an aggregate, unless a macro takes it for `->`: its type decides, under a name of its own.
      if (name) names.add((isMember ? '.' : '') + file.source.slice(name.start, name.end));
    }
    return undefined;
  });
  return names;
}

function rootName(node: CNode | undefined): CNode | undefined {
  let at = node;
  while (at?.type === 'parenthesized_expression') at = at.kids[0];
  return at?.type === 'identifier' ? at : undefined;
}
