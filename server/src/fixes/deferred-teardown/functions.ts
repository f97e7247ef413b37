import type { Flag } from '../flags';
import { callLines } from '../source';
import type { FixContext } from '../types';

/** Names of what the fix defines. */
export interface Names {
  queue: string;
  /** The action of the host. */
  unbind: string;
  work: string;
  later: string;
  /** The same, and waits for it. */
  now: string;
}

export function namesOf(tag: string): Names {
  return {
    queue: `${tag}_wq`,
    unbind: `${tag}_unbind`,
    work: `${tag}_delete_work`,
    later: `${tag}_delete_later`,
    now: `${tag}_delete_now`,
  };
}

/** The action of the host, the work function, what queues the work, and what `waits` for it as well. */
export function functionsOf(context: FixContext, names: Names, device: string, gone: Flag, waits: boolean): string {
  const { tag, action } = context.lifetime;
  const object = action.fn.locals.find(({ type }) => type.base === `struct ${tag}` && type.pointers === 1)?.name ?? 'object';
  const struct = `struct ${tag} *${object}`;
  const put = `put_device(&${object}->${device});`;
  return [
    ...unbindOf(context, names, object, put, gone),
    '',
    ...workOf(context, names, object, put, gone),
    '',
    ...callLines('', `static void ${names.later}(`, [struct, 'struct device *host'], ')'),
    '{',
    `\t${object}->delete_host = host;`,
    `\tget_device(&${object}->${device});`,
    `\tif (!queue_work(${names.queue}, &${object}->delete_work))`,
    `\t\t${put}`,
    '}',
    '',
    ...(waits ? nowOf(names, struct, object, device) : []),
    '',
  ].join('\n');
}

function nowOf(names: Names, struct: string, object: string, device: string): string[] {
  return [
    ...callLines('', `static void ${names.now}(`, [struct, 'struct device *host'], ')'),
    '{',
    `\tget_device(&${object}->${device});`,
    `\t${names.later}(${object}, host);`,
    `\tflush_work(&${object}->delete_work);`,
    `\tput_device(&${object}->${device});`,
    '}',
    '',
  ];
}

function unbindOf({ lifetime }: FixContext, names: Names, object: string, put: string, gone: Flag): string[] {
  return [
    `static void ${names.unbind}(void *data)`,
    '{',
    `\tstruct ${lifetime.tag} *${object} = data;`,
    '',
    `\tif (!${gone.testAndSet(object)})`,
    `\t\t${lifetime.action.fn.name}(${object});`,
    '',
    '\t/* the work tears down, or finds that there is nothing to do */',
    `\tif (current_work() != &${object}->delete_work)`,
    `\t\tflush_work(&${object}->delete_work);`,
    '',
    `\t${put}`,
    '}',
  ];
}

function workOf({ lifetime, declares }: FixContext, names: Names, object: string, put: string, gone: Flag): string[] {
  const { tag, action } = lifetime;
  const declaration = `\tstruct ${tag} *${object} = container_of(work, struct ${tag}, delete_work);`;
  const isLong = declaration.length + 7 > 80;
  return [
    `static void ${names.work}(struct work_struct *work)`,
    '{',
    ...(isLong ? [`\tstruct ${tag} *${object} =`, `\t\tcontainer_of(work, struct ${tag}, delete_work);`] : [declaration]),
    `\tstruct device *host = ${object}->delete_host;`,
    '',
    `\tif (!${gone.testAndSet(object)}) {`,
    `\t\t${action.fn.name}(${object});`,
    ...(declares('devm_remove_action_nowarn') ? silentRemoval(names, object, put) : lockedRemoval(names, object)),
    '\t}',
    '',
    `\t${put}`,
    '}',
  ];
}

function silentRemoval(names: Names, object: string, put: string): string[] {
  return [
    '\t\t/* unbind, where it has the action, drops the reference */',
    ...callLines('\t\t', 'if (!devm_remove_action_nowarn(', ['host', names.unbind, object], '))'),
    `\t\t\t${put}`,
  ];
}

function lockedRemoval(names: Names, object: string): string[] {
  return [
    '\t\t/* unbind, which holds this lock, drops the action itself */',
    '\t\tif (device_trylock(host)) {',
    ...callLines('\t\t\t', 'devm_release_action(', ['host', names.unbind, object], ');'),
    '\t\t\tdevice_unlock(host);',
    '\t\t}',
  ];
}
