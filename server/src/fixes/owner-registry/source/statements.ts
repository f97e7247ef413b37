import { type SyntaxNode, withParsed } from '../../../syntax';

export type StatementKind =
  | 'expression'
  | 'declaration'
  | 'if'
  | 'return'
  | 'goto'
  | 'break'
  | 'label'
  | 'loop'
  | 'switch'
  | 'block'
  | 'other';

/** A statement of a function body as plain data: UTF-16 offsets, no syntax node outlives the parse. */
export interface Statement {
  kind: StatementKind;
  at: number;
  end: number;
  parent: Statement | null;
  /** Statements inside, in order: of a block, both branches of an if, the body of a loop, the statement behind a label. */
  children: Statement[];
  /** Name of a label, or the label that a goto names. */
  label?: string;
}

/** A function definition: where it stands, its parameter list and its body. */
export interface Definition {
  at: number;
  end: number;
  parameters: { at: number; end: number };
  body: Statement;
}

const KINDS: Readonly<Record<string, StatementKind>> = {
  expression_statement: 'expression',
  declaration: 'declaration',
  if_statement: 'if',
  return_statement: 'return',
  goto_statement: 'goto',
  break_statement: 'break',
  continue_statement: 'break',
  labeled_statement: 'label',
  for_statement: 'loop',
  while_statement: 'loop',
  do_statement: 'loop',
  compound_statement: 'block',
  switch_statement: 'switch',
  case_statement: 'other',
  ERROR: 'other',
};

/** Every function that a text defines, in order. */
export function definitionsOf(text: string): Definition[] {
  return withParsed(text, ({ root }) =>
    root.descendantsOfType('function_definition').flatMap((node) => {
      const body = node.childForFieldName('body');
      const parameters = node.descendantsOfType('parameter_list')[0];
      if (!body || !parameters) return [];
      return [
        {
          at: node.startIndex,
          end: node.endIndex,
          parameters: { at: parameters.startIndex, end: parameters.endIndex },
          body: convert(body, 'block', null),
        },
      ];
    }),
  );
}

/** The definition around an offset; null where there is none. */
export function definitionAt(definitions: readonly Definition[], offset: number): Definition | null {
  return definitions.find((d) => d.at <= offset && offset < d.end) ?? null;
}

function convert(node: SyntaxNode, kind: StatementKind, parent: Statement | null): Statement {
  const statement: Statement = { kind, at: node.startIndex, end: node.endIndex, parent, children: [] };
  if (kind === 'label' || kind === 'goto') statement.label = node.childForFieldName('label')?.text ?? '';
  for (const child of node.namedChildren) collect(child, statement);
  return statement;
}

function collect(node: SyntaxNode, parent: Statement): void {
  const kind = KINDS[node.type];
  if (kind) parent.children.push(convert(node, kind, parent));
  else if (node.type === 'else_clause') for (const child of node.namedChildren) collect(child, parent);
}

/** The statement and all inside, in order. */
export function* walk(statement: Statement): Generator<Statement> {
  yield statement;
  for (const child of statement.children) yield* walk(child);
}

/** The innermost statement that contains [at, end). */
export function innermost(body: Statement, at: number, end = at + 1): Statement {
  const inside = body.children.find((child) => child.at <= at && end <= child.end);
  return inside ? innermost(inside, at, end) : body;
}

/** Statements of the same block, the one given included. */
export function siblings(statement: Statement): Statement[] {
  return statement.parent?.children ?? [statement];
}

/** The statement after it in the same block. */
export function nextOf(statement: Statement): Statement | null {
  const all = siblings(statement);
  return all[all.indexOf(statement) + 1] ?? null;
}

/** Whether other statements may be put before it without braces around both. */
export function standsInBlock(statement: Statement): boolean {
  return statement.parent === null || statement.parent.kind === 'block';
}
