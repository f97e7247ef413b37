import { extractFacts } from '../../../server/src/facts';
import { type FnDef, linkProgram, type Program } from '../../../server/src/program';

/** Links C texts by path. */
export function link(files: Record<string, string>, headers: Record<string, string> = {}): Program {
  const facts = (texts: Record<string, string>) => Object.entries(texts).map(([path, text]) => extractFacts(path, text));
  return linkProgram(facts(files), { headers: facts(headers) });
}

export function fnOf(program: Program, name: string): FnDef {
  const found = program.functions.find((def) => def.fn.name === name);
  if (!found) throw new Error(`no function ${name}`);
  return found;
}

/** `caller -> target (via: argMap)` for every call in a function, in order. */
export function callsOf(program: Program, name: string): string[] {
  const fn = fnOf(program, name);
  return fn.fn.nodes.flatMap((_, i) => program.targets(fn, i).map((t) => `${t.fn.fn.name} (${t.via}: ${t.argMap.join(' ')})`));
}

/** `kind name owner[path]@param subject via [locked] [concurrent]`, one for each entry point. */
export function entriesOf(program: Program): string[] {
  return program.entryPoints.map((e) =>
    [
      e.kind,
      e.name,
      `${e.owner}[${e.path}]@${e.param}`,
      e.subject,
      e.via ?? '-',
      ...(e.deviceLocked ? ['locked'] : []),
      ...(e.selfConcurrent ? ['concurrent'] : []),
    ].join(' '),
  );
}

/** Types that every fixture needs. */
export const GADGET = `
struct gadget { int id; struct device dev; struct work_struct work; struct notifier_block nb; };
struct big_gadget { long x; struct gadget g; };
static struct gadget *to_gadget(struct device *dev) { return container_of(dev, struct gadget, dev); }
static struct big_gadget *to_big(struct device *dev) { return container_of(dev, struct big_gadget, g.dev); }
`;
