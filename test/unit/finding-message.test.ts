import { expect, test } from 'vitest';
import { findingMessage } from '../../server/src/findings/message';

const whatOf = (detail: string, about: string[] = []) => findingMessage('use-after-free', detail, about).split('\n')[0];

test('the first line says what was seen here and whom it is about, each once', () => {
  expect(whatOf('struct slot is used', ['struct slot', 'a() and b()'])).toBe('struct slot is used (a() and b()).');
  expect(whatOf('struct slot_pool is used', ['struct slot', 'a() and b()'])).toBe('struct slot_pool is used (struct slot, a() and b()).');
  expect(whatOf('end() reads slot.ways')).toBe('end() reads slot.ways.');
});

test.each([
  ['the action is added late', 'The action is added late.'],
  ['devm_release_action() finds no entry', 'devm_release_action() finds no entry.'],
  ['struct slot is used', 'struct slot is used.'],
  ['->driver is tested', '->driver is tested.'],
])('words begin with a capital letter, names of the code do not: %s', (detail, expected) => expect(whatOf(detail)).toBe(expected));

test('why and what to do follow, a line each', () => {
  expect(findingMessage('use-after-free', 'x')).toMatch(/^x\.\n.+\.\n.+\.$/i);
});
