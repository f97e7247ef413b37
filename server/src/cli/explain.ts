import { isRuleId, ruleInfo } from '../findings/registry';
import { ruleDoc } from '../host/install';
import { unknownRule } from './check';
import { EXIT, type Io } from './io';

/** `explain RULE`: the rule's page, or what the registry says of it where the package was built without pages. */
export function explain(id: string, io: Io): number {
  if (!isRuleId(id)) throw unknownRule(id);
  const rule = ruleInfo(id);
  const page = ruleDoc(id) ?? `# ${rule.id}: ${rule.title}\n\n${rule.what}\n\n${rule.why}\n\n${rule.action}\n`;
  io.out(page.endsWith('\n') ? page : `${page}\n`);
  return EXIT.nothing;
}
