import type { TraceStep } from '../../findings/types';
import { lineStartsOf, type TextEdit } from '../../text';
import { EditSet } from '../edits';
import { leadingDeclarations } from '../owner-registry/source/declarations';
import { indentAt, lineAfter } from '../owner-registry/source/layout';
import { definitionAt, definitionsOf, innermost, type Statement, standsInBlock } from '../owner-registry/source/statements';
import type { FileEdits, FixContext } from '../types';

/** Milliseconds for which a thread waits where the other one is to run. */
export const DELAY_MS = 2000;

/** After these the thread runs the teardown: it waits where that begins. */
const ENTERS_TEARDOWN: ReadonlySet<string> = new Set(['release-action', 'run-action', 'devres-release-all']);

/** Where a delay goes: whole lines at an offset, or both ends of a statement that needs braces for it. */
interface Spot {
  path: string;
  edits(delay: string): TextEdit[];
  key: string;
}

/**
 * Edits that make a thread of the finding's trace wait wherever the trace goes on with the other one. Within a kernel function nothing
 * can wait: the delay then stands behind its call, or where the thread's next step begins. Empty where no switch has a place in the source.
 */
export function delayEdits(context: FixContext): FileEdits[] {
  const { trace, threads } = context.finding;
  const edits = new EditSet();
  const done = new Set<string>();
  for (const [i, step] of trace.entries()) {
    const other = trace[i + 1];
    if (!other || other.thread === step.thread) continue;
    const next = trace.slice(i + 1).find(({ thread }) => thread === step.thread);
    const spot = behind(step, context) ?? (next ? before(next, context) : null);
    if (!spot || done.has(spot.key)) continue;
    done.add(spot.key);
    if (!done.has(spot.path)) edits.add(spot.path, include(context.text(spot.path)));
    done.add(spot.path);
    edits.add(spot.path, spot.edits(threads[other.thread]?.name ?? 'the other thread'));
  }
  return edits.all().filter((file) => file.edits.length > 0);
}

function behind(step: TraceStep, context: FixContext): Spot | null {
  if (ENTERS_TEARDOWN.has(step.op)) {
    const { action } = context.lifetime;
    return topOf(action.file.path, context.text(action.file.path), action.fn.nameAt);
  }
  const place = statementOf(step, context);
  if (!place) return null;
  const { path, text, statement } = place;
  if (statement.kind === 'declaration') return behindDeclarations(path, text, statement.parent);
  return statement.kind === 'expression' || statement.kind === 'if' ? around(path, text, statement, false) : null;
}

function before(step: TraceStep, context: FixContext): Spot | null {
  const place = statementOf(step, context);
  if (!place || place.statement.kind === 'block') return null;
  const { path, text, statement } = place;
  return statement.kind === 'declaration' ? behindDeclarations(path, text, statement.parent) : around(path, text, statement, true);
}

/** The statement on whose line a step stands; null for steps of the kernel's own. */
function statementOf(step: TraceStep, context: FixContext): { path: string; text: string; statement: Statement } | null {
  if (!/^\w+$/.test(step.function) || !context.editable(step.file)) return null;
  const text = context.text(step.file);
  const line = lineStartsOf(text)[step.line - 1];
  if (line === undefined) return null;
  const at = line + (/^\s*/.exec(text.slice(line))?.[0].length ?? 0);
  const definition = definitionAt(definitionsOf(text), at);
  return definition && { path: step.file, text, statement: innermost(definition.body, at) };
}

function topOf(path: string, text: string, nameAt: number): Spot | null {
  const definition = definitionAt(definitionsOf(text), nameAt);
  return definition && behindDeclarations(path, text, definition.body);
}

/** Declarations stay together at the top of their block. */
function behindDeclarations(path: string, text: string, block: Statement | null): Spot | null {
  if (!block) return null;
  const last = leadingDeclarations(block).at(-1);
  const at = lineAfter(text, (last?.end ?? block.at + 1) - 1);
  return lines(path, at, `${indentAt(text, block.end - 1)}\t`);
}

function around(path: string, text: string, statement: Statement, isBefore: boolean): Spot {
  const indent = indentAt(text, statement.at);
  if (standsInBlock(statement)) return lines(path, isBefore ? statement.at - indent.length : lineAfter(text, statement.end - 1), indent);
  const { at, end } = statement;
  return {
    path,
    key: `${path} ${at} ${isBefore}`,
    edits: (other) => {
      const wait = waiting(indent, other);
      const head = isBefore ? `{\n${wait}${indent}` : '{ ';
      const tail = isBefore ? ' }' : `\n${wait}${indent}}`;
      return [
        { at, end: at, text: head },
        { at: end, end, text: tail },
      ];
    },
  };
}

function lines(path: string, at: number, indent: string): Spot {
  return { path, key: `${path} ${at}`, edits: (other) => [{ at, end: at, text: waiting(indent, other) }] };
}

/** Busy, so that it may stand under a spinlock. */
function waiting(indent: string, other: string): string {
  return `${indent}/* not for merging: ${other} runs meanwhile */\n${indent}mdelay(${DELAY_MS});\n`;
}

function include(text: string): TextEdit[] {
  if (/^#include <linux\/delay\.h>/m.test(text)) return [];
  const at = Math.max(0, text.search(/^#include /m));
  return [{ at, end: at, text: '#include <linux/delay.h>\n' }];
}
