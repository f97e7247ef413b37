import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { extractFacts } from '../../server/src/facts';
import { linkProgram, type Program } from '../../server/src/program';
import { callsOf, fnOf } from '../unit/program/link';

const KERNELS = process.env.DEVRES_LENS_KERNELS ?? join(homedir(), '.cache/devres-lens/kernels');

function load(version: string, folder: string): Program {
  const root = join(KERNELS, version);
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.[ch]$/.test(name));
  return linkProgram(names.map((name) => extractFacts(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'))));
}

/** A tree that is not there skips its tests, and their title says so. */
function withTree(version: string, folder: string, tests: (program: () => Program) => void): void {
  const there = existsSync(join(KERNELS, version, folder));
  describe.runIf(there)(`${folder} of ${version}${there ? '' : ` (skipped: no such tree in ${KERNELS})`}`, () => {
    let program: Program;
    beforeAll(() => {
      program = load(version, folder);
    });
    tests(() => program);
  });
}

const entry = (program: Program, name: string) => {
  const found = program.entryPoints.filter((e) => e.name === name);
  expect(found.length, name).toBe(1);
  const { kind, owner, param, path, via, deviceLocked, selfConcurrent } = found[0] ?? expect.fail(name);
  return { kind, owner, param, path, via, deviceLocked, selfConcurrent };
};

const registrations = (program: Program) =>
  Object.fromEntries(program.registrations.map((r) => [r.action.map((a) => a.fn.name).join('|'), `${r.dataTag}[${r.dataPath}]`]));

for (const version of ['6.12.113', '6.12.117', '6.1.192']) {
  withTree(version, 'drivers/cxl', (program) => {
    it('the delete handler works on the root decoder, whose device type registers it', () => {
      expect(entry(program(), 'delete_region_store')).toEqual({
        kind: 'sysfs-store',
        owner: 'cxl_root_decoder',
        param: 0,
        path: 'cxlsd.cxld.dev',
        via: 'device-type:cxl_decoder_root_type',
        deviceLocked: false,
        selfConcurrent: true,
      });
    });

    it('sixteen target handlers are made by a pasting macro', () => {
      const targets = program().entryPoints.filter((e) => /^target\d+_store$/.test(e.name));
      expect(targets.map((e) => e.name)).toEqual(Array.from({ length: 16 }, (_, i) => `target${i}_store`));
      expect(new Set(targets.map((e) => `${e.kind} ${e.owner} ${e.via}`))).toEqual(
        new Set(['sysfs-store cxl_region device-type:cxl_region_type']),
      );
      expect(new Set(targets.map((e) => e.at.at)).size).toBe(16);
    });

    it('drivers of the bus are probed under the device lock, and reached through its probe', () => {
      const probes = [
        'cxl_region_probe',
        'cxl_mem_probe',
        'cxl_nvdimm_probe',
        'cxl_nvdimm_bridge_probe',
        'cxl_pmem_region_probe',
        'cxl_port_probe',
      ];
      const reached = callsOf(program(), 'cxl_bus_probe');
      for (const name of probes) {
        expect(entry(program(), name)).toMatchObject({ kind: 'probe', deviceLocked: true, selfConcurrent: false, path: 'dev' });
        expect(reached).toContain(`${name} (pointer: 0)`);
      }
      expect(entry(program(), 'cxl_region_probe').owner).toBe('cxl_region');
      expect(entry(program(), 'cxl_port_probe').owner).toBe('cxl_port');
    });

    it('callbacks of iterators', () => {
      expect(callsOf(program(), 'cxl_acpi_probe')).toContain('add_host_bridge_uport (callback: -1 2)');
      expect(callsOf(program(), 'cxl_find_nvdimm_bridge').some((call) => call.includes('(callback: -1 '))).toBe(true);
    });

    it('conversions, nested ones included', () => {
      expect(program().wrapper(fnOf(program(), 'to_cxl_root_decoder'))).toEqual({
        tag: 'cxl_root_decoder',
        member: 'cxlsd.cxld.dev',
        param: 0,
      });
      expect(program().wrapper(fnOf(program(), 'to_cxl_region'))).toEqual({ tag: 'cxl_region', member: 'dev', param: 0 });
      expect(program().wrapper(fnOf(program(), 'to_cxl_drv'))).toEqual({ tag: 'cxl_driver', member: 'drv', param: 0 });
      expect(program().embedders('cxl_decoder')).toContainEqual({ tag: 'cxl_root_decoder', path: 'cxlsd.cxld' });
    });

    it('what the actions are given', () => {
      expect(registrations(program())).toMatchObject({
        unregister_port: 'cxl_port[]',
        cxl_memdev_unregister: 'cxl_memdev[]',
        cxlr_pmem_unregister: version === '6.1.192' ? 'cxl_pmem_region[dev]' : 'cxl_pmem_region[]',
        unregister_nvb: 'cxl_nvdimm_bridge[]',
        cxl_dpa_release: 'cxl_endpoint_decoder[]',
        cxld_unregister: 'cxl_decoder[dev]',
        ...(version === '6.12.117' ? {} : { unregister_region: 'cxl_region[]' }),
      });
      expect('unregister_region' in registrations(program())).toBe(version !== '6.12.117');
    });
  });
}

withTree('6.12.113', 'drivers/cxl', (program) => {
  it('notifiers, work, interrupts and files', () => {
    expect(entry(program(), 'cxl_region_perf_attrs_callback')).toMatchObject({
      kind: 'notifier',
      owner: 'cxl_region',
      path: 'memory_notifier',
    });
    expect(entry(program(), 'detach_memdev')).toMatchObject({
      kind: 'work',
      owner: 'cxl_memdev',
      path: 'detach_work',
      selfConcurrent: false,
    });
    expect(entry(program(), 'cxl_event_thread')).toMatchObject({ kind: 'irq', owner: 'cxl_dev_id', param: 1 });
    expect(entry(program(), 'cxl_memdev_ioctl')).toMatchObject({ kind: 'ioctl', owner: 'cxl_memdev', param: -1 });
    expect(entry(program(), 'cxl_debugfs_poison_inject')).toMatchObject({ kind: 'debugfs', owner: 'cxl_memdev' });
  });

  it('every handler of a device attribute has an owner, but for those that all types share', () => {
    const unknown = program().entryPoints.filter((e) => e.kind.startsWith('sysfs-') && e.owner === null);
    expect(unknown.map((e) => e.name).sort()).toEqual(['devtype_show', 'flush_store', 'id_show', 'provider_show']);
  });
});

withTree('6.12.113', 'drivers/nvdimm', (program) => {
  it('a helper that walks up to the bus does not make the bus the owner', () => {
    const owners = new Set(
      program()
        .entryPoints.filter((e) => e.at.file.endsWith('namespace_devs.c'))
        .map((e) => e.owner),
    );
    expect(owners.has('nvdimm_bus')).toBe(false);
  });
});

withTree('6.12.113', 'drivers/dax', (program) => {
  it('registrations of a bus whose devices are made by a sysfs handler', () => {
    expect(registrations(program())).toMatchObject({
      unregister_dev_dax: 'dev_dax[dev]',
      unregister_dax_mapping: 'dax_mapping[dev]',
      dax_region_unregister: 'dax_region[]',
    });
  });
});
