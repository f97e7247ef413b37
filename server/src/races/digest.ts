import { isOfFile } from '../lifetimes/discover';
import { ownDeviceMember } from '../lifetimes/drvdata';
import { walk } from '../program/expressions';
import type { EntryPoint, FnDef, Program } from '../program/types';
import { hashText } from '../text';
import type { Environment } from './environment';
import type { Scenario, ThreadSpec } from './explore';
import { stepText, withoutPlaces, withoutTemporaries } from './places';
import { ReachMemo } from './reach-memo';
import type { Slicer } from './slice';
import { type Slice, type Step, stepExpressions } from './steps';
import { textOf } from './texts';
import type { Values } from './values';

/** Names of functions that outlast an edit: path, name, and a number where a file defines a name more than once. */
export class FunctionKeys {
  /** By the functions' ids. */
  readonly list: readonly string[];
  private readonly byKey = new Map<string, FnDef>();
  private readonly keys = new Map<FnDef, string>();

  constructor(program: Program) {
    for (const fn of program.functions) {
      const name = `${fn.file.path}:${fn.fn.name}`;
      let key = name;
      for (let i = 2; this.byKey.has(key); i++) key = `${name}#${i}`;
      this.byKey.set(key, fn);
      this.keys.set(fn, key);
    }
    this.list = [...this.byKey.keys()];
  }

  of(fn: FnDef): string {
    return this.keys.get(fn) ?? '';
  }

  find(key: string): FnDef | null {
    return this.byKey.get(key) ?? null;
  }
}

/** Says what the explorations of one lifetime work on, so that equal ones, of whatever version of the text, have equal keys. */
export class Digests {
  private readonly functions = new Map<number, { slice: Slice; digest: string }>();
  private readonly closures: ReachMemo<string>;
  /** What the digests of all functions rest upon. */
  private rests = '';
  private given: readonly ReadonlySet<string>[] = [];

  constructor(
    private readonly slicer: Slicer,
    private keys: FunctionKeys,
    private environment: Environment,
  ) {
    this.closures = new ReachMemo(slicer);
  }

  /** Says what explorations work on now. What it said of a function goes on as long as its slice does, and what is asked of all slices and of the program's names. */
  update(keys: FunctionKeys, environment: Environment): void {
    this.keys = keys;
    this.environment = environment;
    const { slicer } = this;
    const rests = slicer.rests();
    const given = slicer.names();
    if (rests !== this.rests || !given.every((names, i) => areSame(names, this.given[i]))) {
      this.functions.clear();
      this.closures.clear();
    }
    [this.rests, this.given] = [rests, given];
  }

  /** `alone`: the threads that run alone; `ends`: what the unbind runs after them. */
  prologue(alone: readonly ThreadSpec[], ends: readonly FnDef[]): string {
    const { subject, release } = this.slicer.relevance.view;
    const owners = [...subject.owners].map((tag) => [tag, this.slicer.allocatesOwner(tag)]);
    return hashText(
      withoutPlaces([
        [
          subject.tag,
          this.keys.of(subject.action),
          owners,
          subject.endsObject,
          subject.managed,
          subject.cells && [...subject.cells].sort(),
        ],
        release,
        alone.map((spec) => this.start(spec)),
        ends.map((fn) => this.closure(fn)),
      ]),
    );
  }

  scenario({ threads, initial, unbindEnds }: Scenario, values: Values): string {
    return hashText(withoutPlaces([threads.map((spec) => this.thread(spec, values)), initial.length, unbindEnds]));
  }

  private thread(spec: ThreadSpec, values: Values): unknown {
    const unbind = spec.unbind && {
      remove: spec.unbind.remove && this.closure(spec.unbind.remove.fn),
      newer: spec.unbind.newer.map(({ fn, data }) => [this.closure(fn), values.show(data)]),
      older: spec.unbind.older.map(({ fn, data }) => [this.closure(fn), values.show(data)]),
    };
    const host = spec.host === undefined ? null : values.show(spec.host);
    return [this.start(spec), unbind, host, spec.ends, spec.epilogue];
  }

  private start(spec: ThreadSpec): unknown {
    return [spec.entry, spec.kind, spec.point && this.point(spec.point), spec.context];
  }

  private point(entry: EntryPoint): unknown {
    const { fn, at: _, session, ...point } = entry;
    const around = session && [session.open, session.run, session.release].map((one) => one && this.closure(one));
    return [point, around, isOfFile(entry), this.closure(fn), ownDeviceMember(this.slicer.relevance.view.program, entry)];
  }

  /** The slices of a function and of all that it reaches. */
  private closure(fn: FnDef): string {
    return this.closures.of(fn, (reached) => hashText(reached.map((one) => this.function(one)).join('\n')));
  }

  private function(fn: FnDef): string {
    const { slicer } = this;
    const slice = slicer.of(fn);
    const known = this.functions.get(fn.id);
    if (known?.slice === slice) return known.digest;
    const { params, locals, ret } = fn.fn;
    const flags = [slicer.relevance.isRelevant(fn), slicer.doesNothingUnasked(fn), slicer.searchesBus()];
    const own = (text: string) => withoutTemporaries(text, slice.slots);
    const steps = slice.steps.map((step) => `${own(stepText(step))}|${this.called(step)}|${this.askedOf(step, slice)}`);
    // Locals that the slice does not read make no difference.
    const read = locals.filter(({ name }) => slice.slots.has(name)).map((local) => own(textOf(local)));
    const names = slice.names.map(own);
    const digest = hashText([this.keys.of(fn), textOf(params), read, textOf(ret), flags, slice.entry, names, ...steps].join('\n'));
    this.functions.set(fn.id, { slice, digest });
    return digest;
  }

  /** What a step calls, and what of it is entered. */
  private called(step: Step): string {
    if (step.k !== 'call') return '';
    const { program } = this.slicer.relevance.view;
    const targets = step.targets.map(({ fn, via, argMap }) => {
      const wrapper = program.wrapper(fn);
      return [this.keys.of(fn), via, argMap, wrapper && textOf(wrapper)];
    });
    return `${targets.join(';')}|${step.follow.map(({ fn }) => this.keys.of(fn))}`;
  }

  /** What the machine asks the slicer about the expressions of a step, and what their names mean. */
  private askedOf(step: Step, { fn }: Slice): unknown[] {
    const { slicer } = this;
    const out: unknown[] = [];
    const { view } = slicer.relevance;
    if (step.k === 'call' && step.name) out.push(this.environment.of(step.name));
    if (step.k === 'store') out.push(view.isCell(step.addr, fn));
    for (const part of stepExpressions(step)) {
      out.push(slicer.relevance.isKnownContainer(part, fn));
      walk(part, (e) => {
        if (e.k === 'load')
          out.push(slicer.isWritable(e.addr, fn), slicer.isSettled(e.addr, fn), slicer.relevance.isLost(e.addr, fn), view.cellOf(e, fn));
        else if (e.k === 'global') out.push(slicer.compared(e.name), this.environment.of(e.name));
      });
    }
    return out;
  }
}

function areSame(a: ReadonlySet<string>, b: ReadonlySet<string> | undefined): boolean {
  return a === b || (a.size === b?.size && [...a].every((name) => b.has(name)));
}
