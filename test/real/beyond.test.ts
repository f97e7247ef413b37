import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { CheckReport, Finding, RuleId } from '../../server/src/findings/types';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { kernelTree } from '../support/environment';
import { READ_FOLDERS, READINGS } from './readings';

const tree = kernelTree('6.12.117');

const key = (row: { action: string; rule: RuleId; function: string }) => `${row.rule} in ${row.function} of ${row.action}`;
const ofFinding = (finding: Finding) => key({ ...finding, action: finding.lifetime.action });

describe.runIf(tree)('drivers beyond cxl, of 6.12.117', () => {
  /** Folder and key of each finding that is an error. */
  const errors = new Set<string>();

  describe.each(READ_FOLDERS)('%s', (folder) => {
    let report: CheckReport;
    const rows = READINGS.filter((row) => row.folder === folder);
    beforeAll(() => {
      report = loadEngine(findTree(join(tree as string, folder)), createEngine).engine.check();
      for (const finding of report.findings) if (finding.severity === 'error') errors.add(`${folder} ${ofFinding(finding)}`);
    });

    it('every finding has been read', () => {
      const found = report.findings.map(ofFinding);
      const read = new Set(rows.map(key));
      expect(found.filter((finding) => !read.has(finding))).toEqual([]);
    });

    it('what was read as true is found', () => {
      const found = new Set(report.findings.map(ofFinding));
      expect(rows.filter((row) => row.verdict !== 'false' && !found.has(key(row))).map(key)).toEqual([]);
    });

    it('parses without an error', () => {
      expect(report.stats.parseErrors).toBe(0);
    });
  });

  it('nine of ten errors are true', () => {
    const rows = READINGS.filter((row) => errors.has(`${row.folder} ${key(row)}`));
    expect(rows.length).toBeGreaterThanOrEqual(9);
    expect(rows.filter(({ verdict }) => verdict === 'true').length).toBeGreaterThanOrEqual(rows.length * 0.9);
  });
});
