import { namesWith } from '../kernel';
import { ATTRIBUTE_REMOVALS } from '../kernel/attributes';
import { DEVM_ADD_ACTION } from '../kernel/callbacks';
import { endedBy } from '../kernel/effects';

/**
 * The calls without one of which a program has neither lifetimes nor findings: a lifetime begins with a devm action, or with a device, a character
 * device or a kobject that is unregistered (lifetimes/discover.ts), and each structural rule with one of these or with the removal of an attribute (findings/rules).
 */
export const TRIGGERS: readonly string[] = [
  // A class of __free() has its name in the text without the table's prefix.
  ...namesWith(
    (effect) =>
      ['add-action', 'release-action', 'remove-action', 'device-del', 'device-destroy'].includes(effect.op) || endedBy(effect) !== null,
  ).map((name) => name.replace(/^\w+:/, '')),
  ...Object.keys(DEVM_ADD_ACTION),
  ...Object.keys(ATTRIBUTE_REMOVALS),
];

/** Letters of a trigger that a macro has to bring along for what it pastes together to count. */
const FRAGMENT = 4;

const REMOVALS = new Set(Object.keys(ATTRIBUTE_REMOVALS));
const CALL = new RegExp(`\\b(${any(TRIGGERS)})\\b`, 'g');
const PASTED = pastedPattern(TRIGGERS);
/** What every trigger's name has one of: a look for these is far quicker than one for whole words. */
const STEMS = ['device_unregister', 'device_del', 'device_destroy', 'cdev_del', '_deregister', 'kobject_', '_remove_file', '_action'];

/**
 * The text has a call that a lifetime or a finding may begin with, or a macro that may paste the name of one together. The removal of an
 * attribute is one only where its arguments name a parameter that is an attribute: nothing else makes a handler remove itself. The end
 * of a platform device, a character device or a kobject is one only where some struct has such a member: `members`.
 */
export function hasTrigger(text: string, members: ReadonlySet<string>): boolean {
  if (text.includes('##') && PASTED.test(text)) return true;
  if (!STEMS.some((stem) => text.includes(stem))) return false;
  for (const { 1: name = '', index } of text.matchAll(CALL)) {
    const rest = text.slice(index, end(text, index));
    if (REMOVALS.has(name)) {
      if (removesParameter(text, rest)) return true;
      continue;
    }
    const member = MEMBERS.find(({ calls }) => calls.test(name))?.tag;
    // `&foo->pdev`: the struct may be one that is not seen.
    if (member === undefined || members.has(member) || (member === 'platform_device' && rest.includes('&'))) return true;
  }
  return false;
}

/** What only ends objects that have it for a member. */
const MEMBERS: readonly { calls: RegExp; tag: string }[] = [
  { calls: /^platform_device_/, tag: 'platform_device' },
  { calls: /^misc_/, tag: 'miscdevice' },
  { calls: /^cdev_del$/, tag: 'cdev' },
  { calls: /^kobject_/, tag: 'kobject' },
];

/** Those of the structs that some text has as a member, or gives another name; a variable of file scope, which stands at the start of its line, is none. */
export function embedded(texts: readonly string[]): Set<string> {
  const found = MEMBERS.filter(({ tag }) => {
    const member = new RegExp(`(?:^[^\\S\\n]+|[{;][^\\S\\n]*|\\btypedef\\s+)(?:const\\s+)?struct\\s+${tag}\\s+\\w`, 'm');
    return texts.some((text) => text.includes(tag) && member.test(text));
  });
  return new Set(found.map(({ tag }) => tag));
}

/** End of the statement. */
function end(text: string, at: number): number {
  const semicolon = text.indexOf(';', at);
  return semicolon < 0 ? text.length : semicolon;
}

function removesParameter(text: string, call: string): boolean {
  const names = new Set(call.match(/\w+/g));
  for (const [, name] of text.matchAll(/attribute\b[\s*\\]*(?:const[\s*\\]+)?(\w+)/g)) if (names.has(name as string)) return true;
  return false;
}

function any(words: Iterable<string>): string {
  return [...new Set(words)].sort((a, b) => b.length - a.length).join('|');
}

function pastedPattern(names: readonly string[]): RegExp {
  const heads = new Set<string>();
  const tails = new Set<string>();
  for (const name of names)
    for (let length = FRAGMENT; length < name.length; length++) {
      heads.add(name.slice(0, length));
      tails.add(name.slice(name.length - length));
    }
  return new RegExp(`\\b(?:${any(heads)})\\s*##|##\\s*(?:${any(tails)})\\b`);
}
