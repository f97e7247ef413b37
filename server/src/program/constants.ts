const TOKEN = /\s*(?:(0[xX][0-9a-fA-F]+|\d+)[uUlL]*|([A-Za-z_]\w*)|(<<|>>|[()|&^~+\-*]))/y;

type Token = { n: bigint } | { id: string } | { op: string };

function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const m = TOKEN.exec(text);
    if (!m) {
      return null;
    }
    if (m[1] !== undefined) {
      const octal = /^0[0-7]+$/.test(m[1]);
      tokens.push({ n: BigInt(octal ? `0o${m[1].slice(1)}` : m[1]) });
    } else if (m[2] !== undefined) {
      tokens.push({ id: m[2] });
    } else {
      tokens.push({ op: m[3] as string });
    }
  }
  return tokens;
}

const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*']];

function apply(op: string, l: bigint, r: bigint): bigint | null {
  switch (op) {
    case '|':
      return l | r;
    case '^':
      return l ^ r;
    case '&':
      return l & r;
    case '+':
      return l + r;
    case '-':
      return l - r;
    case '*':
      return l * r;
    default:
      return r < 0n || r > 63n ? null : op === '<<' ? l << r : l >> r;
  }
}

/**
 * Value of a macro body that is an integer constant: decimal, octal or hex
 * numbers, shifts and bit operations, BIT(n), parentheses, names that `lookup`
 * knows. Null for anything else, and for values that a number cannot hold.
 */
export function evaluateConstant(body: string, lookup: (name: string) => number | null): number | null {
  const tokens = tokenize(body);
  if (!tokens || tokens.length === 0) {
    return null;
  }
  let pos = 0;
  const isOp = (op: string) => {
    const t = tokens[pos];
    return t !== undefined && 'op' in t && t.op === op;
  };

  function parenthesised(): bigint | null {
    pos++;
    const value = level(0);
    if (!isOp(')')) {
      return null;
    }
    pos++;
    return value;
  }

  function primary(): bigint | null {
    const t = tokens?.[pos];
    if (t === undefined) {
      return null;
    }
    if ('n' in t) {
      pos++;
      return t.n;
    }
    if ('op' in t) {
      if (t.op === '(') {
        return parenthesised();
      }
      pos++;
      const inner = t.op === '-' || t.op === '~' ? primary() : null;
      return inner === null ? null : t.op === '-' ? -inner : ~inner;
    }
    pos++;
    if (isOp('(')) {
      const arg = t.id === 'BIT' || t.id === 'BIT_ULL' || t.id === '_BITUL' || t.id === '_BITULL' ? parenthesised() : null;
      return arg === null ? null : apply('<<', 1n, arg);
    }
    const value = lookup(t.id);
    return value === null ? null : BigInt(value);
  }

  function level(depth: number): bigint | null {
    const ops = LEVELS[depth];
    if (!ops) {
      return primary();
    }
    let left = level(depth + 1);
    for (;;) {
      const op = ops.find(isOp);
      if (op === undefined || left === null) {
        return left;
      }
      pos++;
      const right = level(depth + 1);
      left = right === null ? null : apply(op, left, right);
    }
  }

  const value = level(0);
  const result = value === null || pos !== tokens.length ? null : Number(value);
  return result !== null && Number.isSafeInteger(result) ? result : null;
}
