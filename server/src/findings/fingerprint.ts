import { createHash } from 'node:crypto';
import type { Finding } from './types';

/**
 * Identity of a finding across edits: rule, teardown and the shape of the
 * trace (functions, ops, file base names). Line numbers and source text are left out,
 * so that editing elsewhere, or moving the code, keeps it. 40 hex digits.
 */
export function fingerprint(finding: Pick<Finding, 'rule' | 'lifetime' | 'file' | 'function' | 'trace'>): string {
  const parts = [
    finding.rule,
    finding.lifetime.action,
    baseName(finding.file),
    finding.function,
    ...finding.trace.map((step) => `${step.thread} ${baseName(step.file)} ${step.function} ${step.op}`),
  ];
  return createHash('sha1').update(parts.join('\n')).digest('hex');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
