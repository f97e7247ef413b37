import { isName, isPunct } from './cursor';
import { rewriteDirective } from './directives';
import { type Group, isDead, readGroups } from './groups';
import { blank, type Rewriter } from './rewriter';
import type { Token } from './tokens';
import { STORAGE_WORDS } from './words';

/** What an open bracket holds, as far as directives are concerned. In a `list` stand neither statements nor members. */
type Frame = { holds: 'block' | 'switch' | 'enum' | 'list'; before: Token | undefined };

/**
 * Returns the tokens of the branches that are to be parsed. Conditionals around whole statements, members or definitions stay,
 * all their branches visible. Where one cuts through a construct its first living branch is kept, the others and its directives
 * are blanked. So are directives inside expressions and initializers, and what stands under `#if 0`.
 */
export function chooseBranches(rw: Rewriter, tokens: readonly Token[]): Token[] {
  const groups = readGroups(tokens);
  const kept: Token[] = [];
  const frames: Frame[] = [{ holds: 'block', before: undefined }];
  /** Directive index to the index at which reading goes on. */
  const jumps = new Map<number, number>();
  let afterDirective = false;
  let closed: Token | undefined;

  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.kind !== 'directive') {
      token.afterDirective = afterDirective;
      afterDirective = false;
      closed = track(frames, kept, token, closed);
      kept.push(token);
      continue;
    }
    const jump = jumps.get(i);
    if (jump !== undefined) {
      i = jump - 1;
      continue;
    }
    rewriteDirective(rw, token);
    const group = groups.get(i);
    const frame = frames[frames.length - 1] as Frame;
    if (!group) {
      if (cutsLine(tokens, i, frame, kept)) blank(rw, token.at, token.end, 'preproc');
      else afterDirective = true;
    } else if (cuts(tokens, group, frame, kept)) {
      i = cut(rw, tokens, group, jumps) - 1;
    } else {
      afterDirective = true;
      const dead = blankDead(rw, tokens, group, jumps);
      if (dead > i) i = dead - 1;
    }
  }
  return kept;
}

/** Keeps the stack of open brackets; returns what stood before the bracket that was closed last. */
function track(frames: Frame[], kept: readonly Token[], token: Token, closed: Token | undefined): Token | undefined {
  if (token.kind !== 'punct') return closed;
  const previous = kept[kept.length - 1];
  if (token.text === '(' || token.text === '[') {
    frames.push({ holds: 'list', before: previous });
  } else if (token.text === '{') {
    frames.push({ holds: braceHolds(kept, closed, (frames[frames.length - 1] as Frame).holds), before: previous });
  } else if ((token.text === ')' || token.text === ']' || token.text === '}') && frames.length > 1) {
    return frames.pop()?.before;
  }
  return closed;
}

function braceHolds(kept: readonly Token[], closed: Token | undefined, around: Frame['holds']): Frame['holds'] {
  const previous = kept[kept.length - 1];
  if (isPunct(previous, '(')) return 'block';
  if (around === 'list') return 'list';
  if (isPunct(previous, '=') || isPunct(previous, ',') || isPunct(previous, ']')) return 'list';
  if (isPunct(previous, ')') && closed) {
    if (isName(closed)) return closed.text === 'switch' ? 'switch' : closed.text === 'return' ? 'list' : 'block';
    return ['=', '(', ',', '&', '?', ':'].includes(closed.text) ? 'list' : 'block';
  }
  return previous?.text === 'enum' || kept[kept.length - 2]?.text === 'enum' ? 'enum' : 'block';
}

/** A directive that is no conditional stands within an expression, initializer or statement. */
function cutsLine(tokens: readonly Token[], i: number, frame: Frame, kept: readonly Token[]): boolean {
  if (frame.holds === 'list' || frame.holds === 'enum') return true;
  if (/^#\s*(?:if|el|endif)/.test((tokens[i] as Token).text)) return false;
  if (!frame.before && isPunct(kept[kept.length - 1], ')')) return false;
  return !endsConstruct(kept, kept.length - 1, frame);
}

/** The conditional does not stand around whole statements, members or definitions. */
function cuts(tokens: readonly Token[], group: Group, frame: Frame, kept: readonly Token[]): boolean {
  if (frame.holds !== 'block') return true;
  if (!endsConstruct(kept, kept.length - 1, frame)) return true;
  if (tokens[group.end + 1]?.text === 'else') return true;
  for (const branch of group.branches) {
    if (isDead(tokens[branch.directive] as Token)) continue;
    if (!branch.balanced || tokens[branch.first]?.text === 'else') return true;
    const last = lastCode(tokens, branch.first, branch.end);
    if (last >= 0 && !endsConstruct(tokens, last, frame)) return true;
  }
  return false;
}

function lastCode(tokens: readonly Token[], first: number, end: number): number {
  for (let i = end - 1; i >= first; i--) if (tokens[i]?.kind !== 'directive') return i;
  return -1;
}

/** A statement, member or definition ends with token `i`. */
function endsConstruct(tokens: readonly Token[], i: number, frame: Frame): boolean {
  const token = tokens[i];
  if (!token) return true;
  if (isPunct(token, ';') || isPunct(token, '{') || isPunct(token, '}')) return true;
  if (!isPunct(token, ')') || frame.before) return false;
  let depth = 0;
  let open = i;
  for (; open >= 0; open--) {
    if (isPunct(tokens[open], ')')) depth++;
    else if (isPunct(tokens[open], '(') && --depth === 0) break;
  }
  return isName(tokens[open - 1]) && startsItem(tokens, open - 1);
}

/** Nothing but storage words stands between the name at `i` and the end of the item before it. */
function startsItem(tokens: readonly Token[], i: number): boolean {
  let first = i;
  while (STORAGE_WORDS.has(tokens[first - 1]?.text ?? '')) first--;
  const previous = tokens[first - 1];
  if (!previous || previous.kind === 'directive' || tokens[first]?.afterDirective) return true;
  return isPunct(previous, ';') || isPunct(previous, '}') || (isPunct(previous, ')') && previous.line < (tokens[first] as Token).line);
}

/** Blanks the directives and all branches but the first living one; returns where reading goes on. */
function cut(rw: Rewriter, tokens: readonly Token[], group: Group, jumps: Map<number, number>): number {
  const chosen = group.branches.find((branch) => !isDead(tokens[branch.directive] as Token));
  const end = tokens[group.end] as Token;
  for (const branch of group.branches) {
    const directive = tokens[branch.directive] as Token;
    if (branch === chosen) blank(rw, directive.at, directive.end, 'preproc');
    else blank(rw, directive.at, (tokens[branch.end] as Token).at, 'preproc');
  }
  blank(rw, end.at, end.end, 'preproc');
  if (!chosen) return group.end + 1;
  jumps.set(chosen.end, group.end + 1);
  return chosen.first;
}

/** Blanks what stands under `#if 0` and its like, the directives stay. Returns where reading goes on, or -1 to go on at once. */
function blankDead(rw: Rewriter, tokens: readonly Token[], group: Group, jumps: Map<number, number>): number {
  let goOn = -1;
  for (const [index, branch] of group.branches.entries()) {
    if (!isDead(tokens[branch.directive] as Token)) continue;
    const first = tokens[branch.directive] as Token;
    blank(rw, first.end, (tokens[branch.end] as Token).at, 'preproc');
    if (index === 0) goOn = branch.end;
    else jumps.set(branch.directive, branch.end);
  }
  return goOn;
}
