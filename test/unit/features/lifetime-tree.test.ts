import { describe, expect, test } from 'vitest';
import { lifetimeTree } from '../../../server/src/features/lifetime-tree';
import { exampleAnalysis } from './example';

const { report, lifetimes } = exampleAnalysis('minibus-racy');
const tree = lifetimeTree(lifetimes, report.findings);

describe('the tree of lifetimes', () => {
  test('has one row for each host that the code tells apart, what races first', () => {
    expect(tree.map(({ host }) => host?.struct)).toEqual(['mb_port', 'platform_device']);
    expect(tree.map(({ host }) => host?.text)).toEqual(['port->host_dev', 'host']);
  });

  test('lists the actions of a host in the order of their release, and who can release each', () => {
    const [port] = tree;
    expect(port?.actions.map(({ name }) => name)).toEqual(['unregister_client', 'slot_unregister', 'unregister_window']);
    expect(port?.actions[1]?.releasers.map(({ entry, state }) => [entry, state])).toEqual([
      ['delete_slot_store', 'violated'],
      ['unbind(port->host_dev)', 'violated'],
    ]);
    expect(port?.actions[2]).toMatchObject({ state: 'unexplored', fingerprint: null });
  });

  test('gives each pair of paths its verdict, and the finding where it races', () => {
    const verdicts = tree[0]?.actions[1]?.releasers[0]?.verdicts ?? [];
    expect(verdicts.map(({ other, state }) => `${other} ${state}`)).toContain('delete_slot_store violated');
    expect(verdicts.at(-1)?.state).toBe('clean');
    const self = verdicts.find(({ other }) => other === 'delete_slot_store');
    expect(self?.rules).toContain('double-release');
    expect(report.findings.some(({ fingerprint }) => fingerprint === self?.fingerprint)).toBe(true);
  });

  test('keeps what is on no devres list apart, last', () => {
    const [view] = lifetimes;
    if (!view) throw new Error('no lifetime');
    const kept = { ...view, action: 'kept', registrations: [] };
    const hosts = lifetimeTree([kept, ...lifetimes], report.findings);
    expect(hosts.at(-1)).toMatchObject({ host: null, actions: [{ name: 'kept' }] });
  });
});
