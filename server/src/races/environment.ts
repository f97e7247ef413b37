import { declarationsOf } from '../facts/declarations';
import type { FileFacts } from '../facts/types';
import { dataDevices } from '../lifetimes/drvdata';
import type { Program } from '../program/types';
import { hashText } from '../text';
import { withoutPlaces } from './places';

/** What a file declares, as texts without places. */
interface Declared {
  /** Types: whoever reads a member may ask for them. */
  types: string;
  /** The rest, by the name that asks for it. */
  named: ReadonlyMap<string, readonly string[]>;
  /** Names in the bodies of macros. */
  within: ReadonlyMap<string, readonly string[]>;
}

const declared = new WeakMap<object, Declared>();

/** What explorations may ask of a program besides slices and members that are set once. */
export class Environment {
  private readonly said = new Map<string, string>();
  private declared: readonly Declared[] | null = null;
  private types: string | null = null;

  constructor(
    private readonly program: Program,
    private readonly headers: readonly FileFacts[],
  ) {}

  /** Digest of the types, and of the devices that drivers' data points back at. */
  get digest(): string {
    this.types ??= hashText([...this.files.map(({ types }) => types), withoutPlaces([...dataDevices(this.program)])].join('\n'));
    return this.types;
  }

  /** Read when something is explored: most programs of a large tree have no lifetime to explore. */
  private get files(): readonly Declared[] {
    this.declared ??= [...this.program.files, ...this.headers].map(declaredIn);
    return this.declared;
  }

  /** What a name stands for: declarations of functions and globals, the value of a macro or an enumerator. Empty where nothing declares it. */
  of(name: string): string {
    let known = this.said.get(name);
    if (known === undefined) {
      known = this.texts(name).join('\n');
      this.said.set(name, known);
    }
    return known;
  }

  private texts(name: string): string[] {
    const names = new Set([name]);
    const out: string[] = [];
    // The set grows by what macros mention.
    for (const one of names)
      for (const { named, within } of this.files) {
        out.push(...(named.get(one) ?? []));
        for (const inner of within.get(one) ?? []) names.add(inner);
      }
    return out;
  }
}

function declaredIn(file: FileFacts): Declared {
  const key = declarationsOf(file) ?? file;
  let known = declared.get(key);
  if (!known) {
    known = readDeclared(file);
    declared.set(key, known);
  }
  return known;
}

function readDeclared({ path, structs, typedefs, enums, globals, macros, prototypes, functions }: FileFacts): Declared {
  const named = new Map<string, string[]>();
  const within = new Map<string, readonly string[]>();
  const add = (name: string, ...said: unknown[]): void => {
    named.set(name, [...(named.get(name) ?? []), withoutPlaces([path, name, ...said])]);
  };
  for (const { members } of enums) {
    let next = 0;
    for (const { name, value } of members) {
      next = value ?? next;
      add(name, 'enum', next++);
    }
  }
  for (const { name, type, static: own, defined } of globals) add(name, 'global', type, own, defined);
  for (const { name, ret, params } of prototypes) add(name, 'prototype', ret, params);
  for (const { name, static: own, inline, ret, params, macro, config } of functions)
    add(name, 'function', own, inline, ret, params, macro, config);
  for (const { name, params, body, config } of macros) {
    add(name, 'macro', params, body, config);
    within.set(name, [...(within.get(name) ?? []), ...(body.match(/[A-Za-z_]\w*/g) ?? [])]);
  }
  return { types: hashText(withoutPlaces([path, structs, typedefs])), named, within };
}
