import { join } from 'node:path';
import type { Structure } from '../../../server/src/engine/structure';
import type { LifetimeView } from '../../../server/src/engine/types';
import type { CheckReport } from '../../../server/src/findings/types';
import { engineOn, type Texts, textsOf } from '../../fixes/explore';
import { root } from '../../support/environment';

/** What a check says of one of the drivers that ship as examples. */
export function exampleAnalysis(name: 'minibus-racy' | 'minibus-fixed'): {
  texts: Texts;
  report: CheckReport;
  lifetimes: LifetimeView[];
  structure: Structure;
} {
  const texts = textsOf(join(root, 'examples', name));
  const engine = engineOn(texts);
  return { texts, report: engine.check(), lifetimes: engine.lifetimes(), structure: engine.structure() };
}
