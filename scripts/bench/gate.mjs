// Fails where something became slower. Processor time as a multiple of that of a fixed piece of work in the same process: neither the
// machine nor what else runs on it matters much. States are counted, and must not grow either.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../lib/exec.mjs';
import { ROOT } from '../lib/paths.mjs';
import { engine } from './own.mjs';

const RECORD = join(ROOT, 'test', 'bench', 'gate.json');
const FOLDER = join(ROOT, 'examples', 'minibus-racy');
const FILE = 'bus.c';
const ROUNDS = 6;
/** Growth that fails. */
const LIMIT = 1.25;
/** A busy machine can spoil one attempt, seldom eight; what is slower is slower in all. */
const ATTEMPTS = 8;

/** Compares with the record, or makes it anew. Returns the exit status. */
export function gate(update) {
  const states = engine('states', FOLDER).reduce((sum, row) => sum + row.states, 0);
  const least = {};
  const recorded = update ? {} : JSON.parse(readFileSync(RECORD, 'utf8'));
  const slower = () => Object.keys(recorded).filter((name) => (least[name] ?? 0) > recorded[name] * LIMIT);
  for (let attempt = 0; attempt < ATTEMPTS && (attempt === 0 || update || slower().length > 0); attempt++)
    for (const [name, ratio] of Object.entries({ ...engine('gate', FOLDER, FILE, String(ROUNDS)), states }))
      least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, ratio);
  if (update) {
    const rounded = Object.entries(least).map(([name, ratio]) => [name, Number(ratio.toPrecision(3))]);
    writeFileSync(RECORD, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
    return 0;
  }
  for (const [name, ratio] of Object.entries(recorded)) {
    const growth = least[name] / ratio;
    say(`${name}: ${least[name].toPrecision(3)} baselines, ${growth.toFixed(2)} times the record${growth > LIMIT ? ': too slow' : ''}`);
  }
  return slower().length > 0 ? 1 : 0;
}
