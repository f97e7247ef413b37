import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { Verdict } from '../../server/src/findings/types';
import { driverModel } from './oracle/arbitrary';
import { interpret, type OraclePair, type OracleRule } from './oracle/interpret';
import { type DriverModel, HANDLERS, type Op } from './oracle/model';
import { render } from './oracle/render';
import { runs } from './support/runs';

/**
 * Compared are the rules that tell how one object's teardown can go wrong, for every pair of the probe that builds it, the
 * handlers that end it and the unbind, and for a handler with itself. Not compared: rules judged without exploring
 * (non-atomic-guard and its like), late-add (probe and unbind exclude each other), and use-after-unregister and
 * lost-teardown, of which the interpreter has no notion.
 */
const COMPARED: ReadonlySet<string> = new Set<OracleRule>([
  'release-before-add',
  'double-release',
  'release-vs-unbind',
  'double-teardown',
  'use-after-free',
  'drain-deadlock',
]);

interface Answer {
  rules: string[];
  lockCycle: boolean;
}

const LOCK_CYCLE = /^(?:threads wait for each other’s locks|a thread waits for a lock that it holds itself): /;
/** A stated bound of the engine's; the interpreter counts on. */
const REFERENCES = 'more than 8 references to one object';

function engineAnswers(text: string): Map<string, Answer> {
  const engine = createEngine('/', () => null);
  engine.setFile('crate.c', text);
  expect(engine.parseErrors()).toEqual([]);
  const verdicts = engine.check().verdicts.filter((v) => v.action === 'item_unregister');
  return new Map(verdicts.map((v) => [v.pair.join(' × '), answer(v)]));
}

function answer(verdict: Verdict): Answer {
  const reasons = verdict.reason?.split('; ') ?? [];
  fc.pre(!reasons.includes(REFERENCES));
  expect(reasons.filter((reason) => !LOCK_CYCLE.test(reason))).toEqual([]);
  return { rules: verdict.rules.filter((rule) => COMPARED.has(rule)).sort(), lockCycle: reasons.some((reason) => LOCK_CYCLE.test(reason)) };
}

/** A handler that cannot end the object is a user of it: no pair with itself, another user or the probe is explored. */
function ends(ops: readonly Op[]): boolean {
  return ops.some((op) => ['release', 'remove', 'teardown'].includes(op.op) || ('body' in op && ends(op.body)));
}

function expectedAnswers(model: DriverModel): Map<string, Answer> {
  const out = new Map<string, Answer>();
  if (!model.handlers.some(ends)) return out;
  const pairs: OraclePair[] = [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 'unbind'],
    [1, 'unbind'],
    ['probe', 0],
    ['probe', 1],
    ['probe', 'unbind'],
  ];
  for (const [a, b] of pairs) {
    const isExplored = [a, b].every((who) => typeof who === 'string' || ends(model.handlers[who]));
    if (!isExplored) continue;
    out.set(
      `${a === 'probe' ? 'crate_probe' : HANDLERS[a]} × ${b === 'unbind' ? 'unbind(crate->host)' : HANDLERS[b]}`,
      interpret(model, [a, b]),
    );
  }
  return out;
}

it('the engine finds in generated drivers what trying every order finds', () => {
  fc.assert(
    fc.property(driverModel, (model) => {
      const text = render(model);
      const answers = engineAnswers(text);
      const expected = expectedAnswers(model);
      const found = new Map([...expected.keys()].map((key) => [key, answers.get(key)]));
      expect(Object.fromEntries(found), `${JSON.stringify(model, null, 1)}\n${text}`).toEqual(Object.fromEntries(expected));
    }),
    runs(200),
  );
});
