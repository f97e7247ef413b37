import { type CNode, child } from './tree';
import type { FileFacts, MacroFacts } from './types';

/** A `#define`, its continuation lines joined and its comments dropped. */
export function readMacro(node: CNode, source: string, config?: string): MacroFacts | null {
  const name = child(node, 'name');
  if (!name) return null;
  const value = child(node, 'value');
  const body = value ? joinLines(source.slice(value.start, value.end)) : '';
  const macro: MacroFacts = { name: source.slice(name.start, name.end), body, at: node.start };
  const params = child(node, 'parameters');
  if (params) macro.params = parameterNames(source.slice(params.start, params.end));
  if (config !== undefined) macro.config = config;
  return macro;
}

function parameterNames(list: string): string[] {
  const inner = joinLines(list)
    .replace(/^\(|\)$/g, '')
    .trim();
  return inner === '' ? [] : inner.split(',').map((name) => name.trim());
}

function joinLines(text: string): string {
  return text
    .replace(/\\\r?\n/g, ' ')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/.*$/gm, '')
    .trim();
}

/** An `#include`; null for one made by a macro. */
export function readInclude(node: CNode, source: string): FileFacts['includes'][number] | null {
  const path = child(node, 'path');
  if (!path) return null;
  const text = source.slice(path.start, path.end);
  const match = /^(["<])([^">]*)[">]$/.exec(text);
  return match ? { path: match[2] as string, angled: match[1] === '<', at: node.start } : null;
}

/**
 * The condition under which the branch of a preproc_if or preproc_ifdef is compiled:
 * 'CONFIG_X' or '!CONFIG_X'; undefined where it is no single CONFIG symbol.
 */
export function branchConfig(node: CNode, source: string): string | undefined {
  const head = source.slice(node.start, node.kids.find((kid) => kid.field === 'name' || kid.field === 'condition')?.end ?? node.start);
  const simple =
    /^#\s*(ifdef|ifndef|elifdef|elifndef|if|elif)\s+(!?)\s*(?:(?:IS_ENABLED|IS_BUILTIN|IS_REACHABLE|defined)\s*\(?\s*)?(CONFIG_\w+)\)?\s*$/.exec(
      head.trim(),
    );
  if (!simple) return undefined;
  const negated = (simple[1] === 'ifndef' || simple[1] === 'elifndef') !== (simple[2] === '!');
  return `${negated ? '!' : ''}${simple[3]}`;
}

export function negate(config: string | undefined): string | undefined {
  if (config === undefined) return undefined;
  return config.startsWith('!') ? config.slice(1) : `!${config}`;
}

/** Macros and includes, wherever they stand. */
export function readDirectives(root: CNode, source: string, facts: Pick<FileFacts, 'macros' | 'includes'>): void {
  const visit = (node: CNode, config: string | undefined): void => {
    if (node.type === 'preproc_def' || node.type === 'preproc_function_def') {
      const macro = readMacro(node, source, config);
      if (macro) facts.macros.push(macro);
    } else if (node.type === 'preproc_include') {
      const include = readInclude(node, source);
      if (include) facts.includes.push(include);
    } else forBranches(node, config, source, visit);
  };
  visit(root, undefined);
}

/** Visits the children of a node with the CONFIG condition of the branch each stands in. */
export function forBranches(
  node: CNode,
  config: string | undefined,
  source: string,
  visit: (kid: CNode, config: string | undefined) => void,
): void {
  const isChoice = /^preproc_(if|ifdef|elif|elifdef)$/.test(node.type);
  const own = isChoice ? branchConfig(node, source) : undefined;
  for (const kid of node.kids) {
    if (isChoice && (kid.field === 'name' || kid.field === 'condition')) continue;
    if (!isChoice) visit(kid, config);
    else if (kid.field === 'alternative') visit(kid, negate(own) ?? config);
    else visit(kid, own ?? config);
  }
}
