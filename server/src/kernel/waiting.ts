import { type Effect, table } from './effects';

/**
 * Waiting for what another thread does. kernel/sched/completion.c: complete() lets one waiter go on, complete_all() all of them until the
 * completion is initialised anew. include/linux/wait.h: wait_event() and its like go on only where the condition holds; the forms that can
 * be interrupted, killed or time out may go on without it.
 */
const wait = (fail: WaitFailure): Effect => ({ op: 'wait-completion', completion: 0, fail });
const reset: Effect = { op: 'reset-completion', completion: 0 };
const event = (fail: WaitFailure): Effect => ({ op: 'wait-condition', cond: 1, fail });

/** What a wait that ends early returns. */
type WaitFailure = Extract<Effect, { op: 'wait-completion' }>['fail'];

/** Suffixes of the forms, by what they return when they end early. */
const FORMS: Readonly<Record<string, WaitFailure>> = {
  '': 'never',
  _killable: 'errno',
  _interruptible: 'errno',
  _timeout: 'zero',
  _killable_timeout: 'zero',
  _interruptible_timeout: 'zero',
};

function forms(name: string, effect: (fail: WaitFailure) => Effect): Record<string, Effect> {
  return Object.fromEntries(Object.entries(FORMS).map(([suffix, fail]) => [`${name}${suffix}`, effect(fail)]));
}

export const waitingApi = table({
  init_completion: reset,
  init_completion_map: reset,
  reinit_completion: reset,
  complete: { op: 'complete', completion: 0, all: false },
  complete_all: { op: 'complete', completion: 0, all: true },
  ...forms('wait_for_completion', wait),
  wait_for_completion_io: wait('never'),
  wait_for_completion_io_timeout: wait('zero'),
  try_wait_for_completion: wait('zero'),
  ...forms('wait_event', event),
  ...forms('wait_var_event', event),
  wait_event_freezable: event('errno'),
  wait_event_idle: event('never'),
  wait_event_lock_irq: event('never'),
});
