import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport, Finding, RuleId, Verdict } from '../../server/src/findings/types';
import { kernelTree } from '../support/environment';
import { checkTree, linesAt, table, verdictsOf } from './trees';

const REGION = 'unregister_region';

function onTree(version: string, tests: (report: () => CheckReport) => void): void {
  const tree = kernelTree(version);
  describe.runIf(tree)(`drivers/cxl of ${version}`, () => {
    let report: CheckReport;
    beforeAll(() => {
      report = checkTree(tree as string);
    });
    tests(() => report);

    it('no verdict on the region is incomplete', () => {
      const verdicts = verdictsOf(report, REGION);
      expect(table(verdicts.filter(({ verdict }) => verdict === 'incomplete'))).toEqual([]);
      expect(new Set(verdicts.map(({ object }) => object))).toEqual(new Set(['cxl_region']));
    });

    it('every step of every trace stands in the source', () => {
      for (const finding of report.findings) expectRealSteps(tree as string, finding);
    });
  });
}

const regionFindings = (report: CheckReport, rule: RuleId) =>
  report.findings.filter((finding) => finding.rule === rule && finding.lifetime.action === REGION);

const isAttribute = (name: string) => /_(?:show|store)$/.test(name) && !/^(?:create|delete)_.*region_store$/.test(name);

/** Pairs of what builds and ends a region; the region's own attributes only use it. */
const actors = (report: CheckReport): Verdict[] => verdictsOf(report, REGION).filter(({ pair }) => !pair.some(isAttribute));

/** Every step stands in the source: its file, its line, its text, unless the text speaks of what the kernel does inside. */
function expectRealSteps(tree: string, finding: Finding): void {
  expect(finding.trace.length, finding.rule).toBeGreaterThan(1);
  for (const step of finding.trace) {
    const where = `${finding.rule} in ${finding.function}: ${step.file}:${step.line} ${step.op}`;
    expect(finding.threads[step.thread], where).toBeDefined();
    const source = linesAt(tree, step.file, step.line);
    expect(source, where).not.toBeNull();
    const internal =
      /^(?:driver unbind|device_(?:add|del)\(\)|put_device\(\):|devres_release_all\(\)|devm_add_action_or_reset\(\):|struct \w+ freed|waits for |follows the pointer |the work item)/;
    if (!internal.test(step.text)) expect(source, where).toContain(step.text);
  }
}

const functionsOf = (finding: Finding) => new Set(finding.trace.map((step) => step.function));

onTree('6.12.113', (report) => {
  it('two writers of the delete handler release one action', () => {
    const found = regionFindings(report(), 'double-release').filter(({ pairs }) =>
      pairs.some((pair) => pair.join() === 'delete_region_store,delete_region_store'),
    );
    expect(found.map(({ file, function: fn }) => `${file} ${fn}`)).toEqual(['drivers/cxl/core/region.c delete_region_store']);
    const [finding] = found as [Finding];
    expect(finding.threads.map(({ entry }) => entry)).toEqual(['delete_region_store', 'delete_region_store']);
    expect(
      finding.trace
        .filter(({ op }) => op === 'release-action')
        .map(({ thread }) => thread)
        .sort(),
    ).toEqual([0, 1]);
  });

  it('the handler releases an action that unbind has taken', () => {
    const finding = regionFindings(report(), 'release-vs-unbind').find(({ function: fn }) => fn === 'delete_region_store');
    expect(finding?.pairs).toContainEqual(['delete_region_store', 'unbind(port->uport_dev)']);
    const ops = finding?.trace.map(({ op }) => op) ?? [];
    expect(ops.indexOf('devres-release-all')).toBeLessThan(ops.lastIndexOf('release-action'));
  });

  it('the region is freed while construct_region configures it', () => {
    const found = regionFindings(report(), 'use-after-free').filter((finding) => functionsOf(finding).has('construct_region'));
    expect(found.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding.pairs).toContainEqual(['cxl_port_probe', 'delete_region_store']);
      const free = finding.trace.findIndex(({ op }) => op === 'free');
      expect(free).toBeGreaterThan(0);
      expect(finding.trace.slice(free + 1).map(({ op }) => op)).toContain('use');
    }
  });

  it('the region is freed while a create handler still uses it', () => {
    const pairs = regionFindings(report(), 'use-after-free').flatMap((finding) => finding.pairs.map(([a, b]) => `${a} ${b}`));
    for (const creator of ['create_pmem_region_store', 'create_ram_region_store']) {
      expect(pairs).toContain(`${creator} delete_region_store`);
      expect(pairs).toContain(`${creator} unbind(port->uport_dev)`);
    }
  });

  it('the region is found before its action is added, and its action is added to a host that was released', () => {
    const early = regionFindings(report(), 'release-before-add');
    expect(early.flatMap(({ pairs }) => pairs.map(([a]) => a))).toEqual(
      expect.arrayContaining(['create_pmem_region_store', 'create_ram_region_store', 'cxl_port_probe']),
    );
    const late = regionFindings(report(), 'late-add');
    expect(late.map(({ function: fn }) => fn)).toEqual(['devm_cxl_add_region']);
  });

  it('creators do not hurt each other', () => {
    const creators = actors(report()).filter(({ pair }) => pair.every((name) => /^create_|^cxl_port_probe$/.test(name)));
    expect(creators.length).toBeGreaterThan(3);
    expect(creators.filter(({ verdict }) => verdict !== 'clean')).toEqual([]);
  });

  it("the region's own attributes are drained before the region goes", () => {
    const own = verdictsOf(report(), REGION).filter(({ pair }) => pair.some(isAttribute));
    expect(own.length).toBeGreaterThan(80);
    expect(own.filter(({ verdict }) => verdict !== 'clean')).toEqual([]);
  });
});

onTree('6.12.117', (report) => {
  it('nothing that builds, finds or unregisters a region is found guilty', () => {
    const verdicts = actors(report());
    expect(table(verdicts.filter(({ verdict }) => verdict !== 'clean'))).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(8);
    for (const { states, pair } of verdicts) expect(states, pair.join()).toBeGreaterThan(0);
  });

  it('all handlers and the unbind are among what was explored', () => {
    const names = new Set(actors(report()).flatMap(({ pair }) => pair));
    expect([...names].sort()).toEqual([
      'create_pmem_region_store',
      'create_ram_region_store',
      'cxl_port_probe',
      'delete_region_store',
      'unbind(host)',
    ]);
  });

  it('what it still gets wrong is about objects that are reached through others, and each trace says how', () => {
    const found = report().findings.filter(({ severity }) => severity !== 'information');
    expect(found.map(({ rule, lifetime, function: fn }) => `${rule} of ${lifetime.object} in ${fn}`)).toEqual([
      'use-after-free of cxl_endpoint_decoder in show_targetN',
      'use-after-free of cxl_root_decoder in cxl_add_to_region',
    ]);
    const [staged, guarded] = found as [Finding, Finding];
    expect(staged.trace.map(({ text }) => text)).toContain('follows the pointer in struct cxl_region_params.targets');
    const ops = guarded.trace.map(({ op }) => op);
    expect(ops.slice(-3)).toEqual(['put', 'free', 'use']);
    expect(guarded.trace.at(-1)?.text).toBe('return rc');
  });

  it('FN_ delete_endpoint() drops the port that the reader of an event has just read from its memdev', () => {
    expect(report().findings.filter(({ lifetime }) => lifetime.object === 'cxl_port')).toEqual([]);
  });

  it('FN_ a signal keeps detach_target() from its lock, and unregister_region() frees the resource that the targets still lead to', () => {
    expect(report().findings.filter(({ lifetime }) => lifetime.action === REGION)).toEqual([]);
  });
});

onTree('6.1.192', (report) => {
  it('knows no targets without a region: those that their handlers read are there', () => {
    const shown = report().verdicts.filter(({ object, pair }) => object === 'cxl_endpoint_decoder' && pair[0] === 'target0_show');
    expect(shown.map(({ verdict }) => verdict)).toEqual(['clean']);
  });

  it('has the races of its time: no discovery, one creator', () => {
    expect(table(actors(report()))).toEqual([
      'create_pmem_region_store × create_pmem_region_store: clean',
      'create_pmem_region_store × delete_region_store: violated release-before-add use-after-free',
      'create_pmem_region_store × unbind(port->uport): violated late-add use-after-free',
      'delete_region_store × delete_region_store: violated double-release',
      'delete_region_store × unbind(port->uport): violated release-vs-unbind',
    ]);
  });
});
