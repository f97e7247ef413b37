import { join } from 'node:path';
import { expect, test } from 'vitest';
import { idempotentFlag } from '../../server/src/fixes/idempotent-flag';
import type { FixTree } from '../../server/src/fixes/offers';
import { publishState } from '../../server/src/fixes/publish-state';
import { readyGate } from '../../server/src/fixes/ready-gate';
import type { Fix } from '../../server/src/fixes/types';
import { edited, engineOn, finding, type Texts, textsOf, WITH_NOWARN } from '../fixes/explore';
import { root } from '../support/environment';

const plain = textsOf(join(root, 'examples/minibus-racy'));
const BITOPS = {
  'include/linux/bitops.h': '#define test_bit_acquire(nr, addr) bitop(_test_bit_acquire, nr, addr)\n',
  'include/asm-generic/barrier.h': '#define smp_mb__before_atomic() do { } while (0)\n',
};

/** The driver with a word of flags, one of them in use. */
const flagged: Texts = {
  ...plain,
  'minibus.h': (plain['minibus.h'] ?? '')
    .replace('struct mb_client;\n', 'struct mb_client;\n\n/* settled by firmware */\n#define MB_SLOT_F_FIXED\t0\n')
    .replace('\tenum mb_slot_state state;\n', '\tenum mb_slot_state state;\n\tunsigned long flags;\n'),
  'window.c': (plain['window.c'] ?? '').replace(
    '\tslot->ways = client->ways;\n',
    '\tset_bit(MB_SLOT_F_FIXED, &slot->flags);\n\tslot->ways = client->ways;\n',
  ),
};

function applied(fix: Fix, texts: Texts, headers: Texts = {}): Texts {
  const engine = engineOn(texts, headers);
  const context = (engine as unknown as FixTree).context(finding(engine, 'mb_slot'));
  const edits = context ? fix.compute(context) : { refused: 'no lifetime' };
  if ('refused' in edits) throw new Error(edits.refused);
  return edited(texts, edits);
}

test('a flag is a bit behind the last one of a struct that has bits', () => {
  const after = applied(idempotentFlag, flagged);
  expect(after['minibus.h']).toContain(
    '#define MB_SLOT_F_FIXED\t0\n\n/* somebody has torn it down or is about to */\n#define MB_SLOT_F_TORN_DOWN\t1\n',
  );
  expect(after['window.c']).toContain('test_and_set_bit(MB_SLOT_F_TORN_DOWN, &slot->flags)');
  expect(Object.values(after).join()).not.toContain('atomic_t');
});

test('it is a member where the struct has none', () => {
  const after = applied(idempotentFlag, plain);
  expect(after['minibus.h']).toContain('\tatomic_t torn_down;\n');
  expect(after['window.c']).toContain('atomic_xchg(&slot->torn_down, 1)');
});

test('a bit that orders memory needs the calls for it', () => {
  const bit = applied(readyGate, flagged, { ...WITH_NOWARN, ...BITOPS });
  expect(bit['window.c']).toContain('\tsmp_mb__before_atomic();\n\tset_bit(MB_SLOT_F_READY, &slot->flags);\n');
  expect(bit['window.c']).toContain('if (!test_bit_acquire(MB_SLOT_F_READY, &slot->flags)) {');
  const member = applied(readyGate, flagged, WITH_NOWARN);
  expect(member['minibus.h']).toContain('\tbool ready;\n');
  expect(member['window.c']).toContain('smp_load_acquire(&slot->ready)');
});

test('a comment that says why the lock is not needed goes with the read, any other stays', () => {
  const loop = '\tfor (i = 0; i < slot->ways; i++) {\n\t\tstruct mb_client *client';
  const commented = (comment: string) => ({ ...plain, 'window.c': (plain['window.c'] ?? '').replace(loop, `\t/* ${comment} */\n${loop}`) });
  expect(applied(publishState, commented('read-only by now, no need for mb_slot_rwsem'))['window.c']).not.toContain('read-only by now');
  expect(applied(publishState, commented('nobody blocks here'))['window.c']).toContain(
    '/* nobody blocks here */\n\tfor (i = 0; i < ways; i++)',
  );
});
