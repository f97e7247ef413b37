import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandInvocations, extractFacts, successors } from '../../server/src/facts';
import type { FileFacts, FunctionFacts } from '../../server/src/facts/types';
import { paths, show } from '../unit/facts/paths';

const KERNELS = join(homedir(), '.cache/devres-lens/kernels');

function load(version: string, folder: string): Map<string, FileFacts> {
  const root = join(KERNELS, version);
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.[ch]$/.test(name));
  return new Map(files.map((name) => [name, extractFacts(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'))]));
}

function fn(facts: FileFacts | undefined, name: string): FunctionFacts {
  const found = facts?.functions.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no function ${name}`);
  return found;
}

function callees(facts: FunctionFacts): string[] {
  return facts.nodes.flatMap((node) => (node.k === 'call' && typeof node.callee === 'string' ? [node.callee] : []));
}

for (const version of ['6.12.113', '6.12.117', '6.1.192']) {
  describe.runIf(existsSync(join(KERNELS, version, 'drivers/cxl')))(`drivers/cxl of ${version}`, () => {
    const files = existsSync(join(KERNELS, version, 'drivers/cxl')) ? load(version, 'drivers/cxl') : new Map<string, FileFacts>();

    it('every edge of every graph leads to a node, every node is reached, every variable is declared', () => {
      for (const facts of files.values()) {
        for (const func of facts.functions) {
          const seen = new Set([0]);
          for (const node of func.nodes) {
            for (const next of successors(node)) {
              expect(func.nodes[next], `${facts.path} ${func.name}`).toBeDefined();
              seen.add(next);
            }
          }
          expect(seen.size, `${facts.path} ${func.name}`).toBe(func.nodes.length);
          const names = new Set([...func.params, ...func.locals].map((local) => local.name));
          const used = JSON.stringify(func.nodes).matchAll(/"k":"(?:var|local)","name":"([^"]*)"/g);
          for (const [, name] of used) expect(names, `${facts.path} ${func.name}`).toContain(name);
        }
      }
    });

    it('offsets lie in the text and functions are named where they say', () => {
      for (const [name, facts] of files) {
        const text = readFileSync(join(KERNELS, version, 'drivers/cxl', name), 'utf8');
        for (const func of facts.functions) {
          if (func.macro !== undefined) continue;
          expect(text.slice(func.nameAt, func.nameAt + func.name.length)).toBe(func.name);
          for (const node of func.nodes) expect(node.at, `${func.name} ${JSON.stringify(node)}`).toBeLessThan(func.end);
        }
      }
    });

    it('almost nothing is opaque', () => {
      const opaque = [...files.values()].flatMap((facts) =>
        facts.functions.flatMap((func) =>
          func.nodes.flatMap((node) => (node.k === 'opaque' ? [`${facts.path} ${func.name}: ${node.what}`] : [])),
        ),
      );
      expect(opaque).toEqual([]);
    });
  });
}

describe.runIf(existsSync(join(KERNELS, '6.12.113')))('spot checks', () => {
  it('the store handler that releases the region', () => {
    const files = load('6.12.113', 'drivers/cxl/core');
    expect(callees(fn(files.get('region.c'), 'delete_region_store'))).toEqual([
      'to_cxl_root_decoder',
      'to_cxl_port',
      'cxl_find_region_by_name',
      'IS_ERR',
      'PTR_ERR',
      'devm_release_action',
      'put_device',
    ]);
    expect(paths(fn(files.get('region.c'), 'devm_cxl_add_region')).some((path) => path.at(-1) === 'return cxlr')).toBe(true);
  });

  it('attribute lists made of macros, and handlers made by macros', () => {
    const files = load('6.12.113', 'drivers/cxl/core');
    const header = files.get('core.h') as FileFacts;
    const expand = (name: string) => {
      const facts = files.get(name) as FileFacts;
      return expandInvocations(facts, (macro) =>
        [...facts.macros, ...header.macros].find((known) => known.name === macro && !known.config?.startsWith('!')),
      );
    };
    const group = expand('port.c').globals.find((global) => global.name === 'cxl_decoder_root_attrs');
    expect(group?.init.map(({ value }) => show(value))).toContain('@dev_attr_delete_region.attr');
    expect(group?.init.at(-1)).toMatchObject({ path: String((group?.init.length ?? 0) - 1), value: { k: 'num', v: 0 } });
    expect(expand('region.c').functions.map(({ name }) => name)).toContain('target15_store');
  });

  it.runIf(existsSync(join(KERNELS, '6.12.117')))('guards of the fixed tree are released on every path', () => {
    const region = load('6.12.117', 'drivers/cxl/core').get('region.c') as FileFacts;
    const guarded = region.functions.filter((func) => callees(func).includes('guard:mutex'));
    expect(guarded.length).toBeGreaterThan(0);
    for (const func of guarded) {
      for (const path of paths(func).filter((nodes) => nodes.at(-1)?.startsWith('return'))) {
        const taken = path.filter((text) => text.includes('guard:mutex(') && !text.startsWith('unguard')).length;
        expect(path.filter((text) => text.startsWith('unguard:mutex(')).length, func.name).toBe(taken);
      }
    }
  });
});
