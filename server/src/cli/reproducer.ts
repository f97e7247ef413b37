import { join } from 'node:path';
import { reproducerFrom } from '../engine/reproducer';
import type { Finding } from '../findings/types';
import { makeFolder, writeSource } from '../host/write';
import { EXIT, type Io } from './io';
import { displayPath } from './paths';

/**
 * `check --reproducer FOLDER`: a patch and a script for each race, named by rule, function and fingerprint, whose paths are printed. Exit
 * status 0 when there is one at least, 1 when there is none. Throws HostError.
 */
export function writeReproducers(findings: readonly Finding[], engine: object, folder: string, io: Io): number {
  let written = 0;
  for (const finding of findings) {
    const made = reproducerFrom(engine, finding);
    if ('refused' in made) {
      io.err(`${finding.file}:${finding.line}: no reproducer for ${finding.rule}: ${made.refused}\n`);
      continue;
    }
    makeFolder(folder);
    const name = `${finding.rule}-${finding.function}-${finding.fingerprint.slice(0, 8)}`;
    for (const [ending, text] of [
      ['patch', made.patch],
      ['sh', made.script],
    ] as const) {
      writeSource(join(folder, `${name}.${ending}`), text);
      io.out(`${displayPath(folder, `${name}.${ending}`, io.cwd)}\n`);
    }
    written += 1;
  }
  return written > 0 ? EXIT.nothing : EXIT.findings;
}
