/**
 * What is measured inside one process: prints one line of JSON. usage: node engine.cjs typing|memory|states|size|gate FOLDER [FILE] [COUNT]
 * Times are milliseconds of processor time of this process, so that a busy machine changes little, and of the clock.
 */
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { STEPS_OF_SWEEP } from '../../server/src/cli/unit';
import { createEngine } from '../../server/src/engine';
import { relevantFiles } from '../../server/src/engine/prefilter';
import type { Engine } from '../../server/src/engine/types';
import { extractFacts } from '../../server/src/facts';
import { loadEngine, treeReader } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { unitsOf } from '../../server/src/host/units';
import { baselineWork } from './baseline';
import { edits } from './edits';

const SEED = 6;

interface Times {
  cpu: number;
  wall: number;
}

async function timed(run: () => void): Promise<Times> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  run();
  const { user, system } = process.cpuUsage(before);
  const wall = performance.now() - start;
  // As in the server: between two edits the event loop turns, and what the parser held can be freed.
  await turn();
  return { cpu: (user + system) / 1000, wall };
}

function load(folder: string): { engine: Engine; text: (path: string) => string } {
  const { engine, readFile } = loadEngine(findTree(folder), createEngine);
  return { engine, text: (path) => readFile(path) ?? '' };
}

/** From a change to the findings of the whole folder, for each edit. */
async function typing(folder: string, path: string, count: number): Promise<Times[]> {
  const { engine, text } = load(folder);
  engine.check();
  const times: Times[] = [];
  for (const after of edits(text(path), count, SEED))
    times.push(
      await timed(() => {
        engine.setFile(path, after);
        engine.check();
      }),
    );
  return times;
}

/** Resident memory in MB: when loaded and warm, after the edits, and after other files were opened and closed. */
async function memory(folder: string, path: string, count: number): Promise<{ before: number; edited: number; opened: number }> {
  const { engine, text } = load(folder);
  const type = async (edits: Iterable<string>) => {
    for (const after of edits) {
      engine.setFile(path, after);
      engine.parseErrors();
      await turn();
    }
  };
  const original = text(path);
  const open = async (files: number) => {
    for (let i = 0; i < files; i++) {
      engine.setFile(`opened-${i}.c`, original.slice(0, original.length / 4));
      await turn();
      engine.removeFile(`opened-${i}.c`);
    }
    engine.setFile(path, original);
    engine.check();
  };
  engine.check();
  // Once everything has happened: tables have grown to their size, code is compiled.
  await type(edits(original, 1000, SEED + 1));
  await open(50);
  const before = await resident();
  await type(edits(original, count, SEED));
  const edited = await resident();
  await open(200);
  return { before, edited, opened: await resident() };
}

async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await turn();
  }
  return process.memoryUsage().rss / 1e6;
}

interface Cost {
  action: string;
  object: string;
  pairs: number;
  states: number;
  steps: number;
  /** Processor time. */
  ms: number;
  incomplete: number;
  reason: string;
}

/** What each lifetime of a folder costs, the slowest first: its units one after the other, as `check` analyses them. */
async function costs(folder: string): Promise<Cost[]> {
  const out: Cost[] = [];
  const units = unitsOf(findTree(folder));
  const budget = units.length > 1 ? { steps: STEPS_OF_SWEEP } : {};
  for (const unit of units) {
    const files = relevantFiles(unit.files, treeReader(unit.root));
    if (files.length === 0) continue;
    const { engine } = loadEngine({ ...unit, files }, createEngine);
    // Linked before the clock starts.
    engine.lifetimes();
    const rows = new Map<string, Cost>();
    let last = process.cpuUsage();
    const { verdicts } = engine.check({
      ...budget,
      measured: ({ action, object, steps }) => {
        const { user, system } = process.cpuUsage(last);
        last = process.cpuUsage();
        const ms = Math.round((user + system) / 1000);
        rows.set(`${action} ${object}`, { action, object, pairs: 0, states: 0, steps, ms, incomplete: 0, reason: '' });
      },
    });
    for (const { action, object, states, verdict, reason } of verdicts) {
      const row = rows.get(`${action} ${object}`);
      if (!row) continue;
      row.pairs++;
      row.states += states;
      if (verdict !== 'incomplete') continue;
      row.incomplete++;
      row.reason ||= reason ?? '';
    }
    out.push(...rows.values());
    await resident();
  }
  return out.sort((a, b) => b.ms - a.ms);
}

/** Files and lines of a folder, and the lines of those that `check` parses. */
function size(folder: string): { files: number; lines: number; parsed: number } {
  const target = findTree(folder);
  const units = unitsOf(target);
  const out = { files: target.files.length, lines: 0, parsed: 0 };
  for (const { files, root } of units) {
    const readFile = treeReader(root);
    const linesOf = (path: string) => readFile(path)?.split('\n').length ?? 0;
    for (const path of files) out.lines += linesOf(path);
    for (const path of units.length > 1 ? relevantFiles(files, readFile) : files) out.parsed += linesOf(path);
  }
  return out;
}

/** Processor time of what has to stay fast, as ratios to the baseline's in the same process; the least of some rounds, taken in turn. */
async function gate(folder: string, path: string, rounds: number): Promise<Record<string, number>> {
  const least: Record<string, number> = {};
  const take = (name: string, { cpu }: Times) => {
    least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, cpu);
  };
  for (let round = 0; round <= rounds; round++) {
    const { engine, text } = load(folder);
    const measures: [string, () => void][] = [
      ['baseline', baselineWork],
      ['facts', () => extractOften(path, text(path))],
      ['check', () => void engine.check()],
      ['edits', () => typeSome(engine, path, text(path))],
    ];
    for (const [name, run] of measures) {
      const times = await timed(run);
      // The first round compiles.
      if (round > 0) take(name, times);
    }
  }
  const { baseline = 1, ...others } = least;
  return Object.fromEntries(Object.entries(others).map(([name, time]) => [name, time / baseline]));
}

function extractOften(path: string, text: string): void {
  for (let i = 0; i < 40; i++) extractFacts(path, text);
}

function typeSome(engine: Engine, path: string, text: string): void {
  for (const after of edits(text, 20, SEED)) {
    engine.setFile(path, after);
    engine.check();
  }
}

async function main([what, folder = '.', path = '', count = '0']: string[]): Promise<unknown> {
  const file = path && findTree(join(folder, path)).named.values().next().value;
  switch (what) {
    case 'typing':
      return typing(folder, file ?? '', Number(count));
    case 'memory':
      return memory(folder, file ?? '', Number(count));
    case 'states':
      return costs(folder);
    case 'size':
      return size(folder);
    case 'gate':
      return gate(folder, file ?? '', Number(count));
    default:
      throw new Error(`unknown measurement: ${what}`);
  }
}

main(process.argv.slice(2)).then((result) => console.log(JSON.stringify(result)));
