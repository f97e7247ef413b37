import { ruleInfo } from '../../findings/registry';
import { headline, paragraph, plain } from '../../findings/render';
import type { ThreadInfo } from '../../findings/types';
import type { FixContext } from '../types';
import { DELAY_MS } from './delays';

const WIDTH = 75;

/** A thread of the finding as shell: variables that say what to drive, and a function that drives it. */
interface Driver {
  setup: string[];
  run: string;
}

/** A POSIX shell script that starts the threads of the finding one shortly after the other, in the order of the trace. */
export function scriptOf(context: FixContext): string {
  const { finding } = context;
  const { rule, threads, trace } = finding;
  const first = trace[0]?.thread ?? 0;
  const order = [...threads.keys()].sort((a, b) => Number(b === first) - Number(a === first));
  const drivers = threads.map((thread, i) => driverOf(thread, i, context));
  return [
    '#!/bin/sh',
    '# NOT FOR MERGING. For a test machine only: what this provokes may take the kernel down.',
    ...paragraph(`${headline(finding)} [${rule}]`, WIDTH).map((line) => `# ${line}`),
    `# Expected: ${ruleInfo(rule).consequence}.`,
    '# Needs a kernel with the patch of delays that belongs to this script, better still with KASAN,',
    '# and two CPUs. Variables in capitals can be set in the environment.',
    'set -u',
    `SYS=\${SYS:-/sys}`,
    `KMSG=\${KMSG:-/dev/kmsg}`,
    '# Seconds between the threads: half of the delays.',
    `LEAD=\${LEAD:-${DELAY_MS / 2000}}`,
    '',
    ...HELPERS,
    '',
    // What unbinds looks for its device above the attribute of the other thread.
    ...drivers
      .map((driver, i) => ({ driver, isUnbind: threads[i]?.kind === 'unbind' }))
      .sort((a, b) => Number(a.isUnbind) - Number(b.isUnbind))
      .flatMap(({ driver }) => [...driver.setup, '']),
    ...drivers.map(({ run }, i) => `run_${i}() { ${run}; }`),
    '',
    '# What the log says from here on belongs to this run.',
    'MARK="reproducer $$"',
    'echo "$MARK" > "$KMSG"',
    ...order.flatMap((thread, i) => [
      ...(i > 0 ? ['sleep "$LEAD"'] : []),
      `echo ${quoted(`${threads[thread]?.name}: ${threads[thread]?.entry}`)}`,
      `run_${thread} &`,
    ]),
    'wait',
    ...VERDICT,
    '',
  ].join('\n');
}

const HELPERS = [
  'die() { echo "$0: $*" >&2; exit 1; }',
  '# The first attribute of a name.',
  'attribute() { find "$SYS/devices" -name "$1" 2>/dev/null | sort | head -n 1; }',
  '# The nearest device above that of an attribute which has a driver.',
  'bound() {',
  '\tdev=$(dirname "$(dirname "$1")")',
  '\twhile [ "$dev" != / ] && [ "$dev" != . ] && [ ! -e "$dev/driver" ]; do dev=$(dirname "$dev"); done',
  '\t[ -e "$dev/driver" ] && echo "$dev"',
  '}',
];

/** What the kernel has said since the start; exits 1 where that is nothing. */
const VERDICT = [
  'SEEN=$(dmesg | sed -n "/$MARK/,\\$p" | grep -E \'WARNING:|BUG:|KASAN|refcount_t:|blocked for more than\')',
  '[ -n "$SEEN" ] || die "nothing seen: is the patch in the running kernel, and was there something to race for?"',
  'echo "$SEEN"',
];

function driverOf(thread: ThreadInfo, i: number, context: FixContext): Driver {
  const point = context.program.entryPoints.find((p) => p.name === thread.entry && p.kind === thread.kind);
  switch (thread.kind) {
    case 'sysfs-store':
    case 'sysfs-show':
      return point ? attribute(thread, i, point.subject, context) : byHand(thread, i);
    case 'unbind':
      return unbind(thread, i, context.finding.threads);
    case 'probe': {
      const name = driverName(point?.subject ?? '', context);
      return point ? probe(thread, i, name) : byHand(thread, i);
    }
    default:
      return byHand(thread, i);
  }
}

function attribute({ name, entry, kind }: ThreadInfo, i: number, subject: string, { finding }: FixContext): Driver {
  const same = finding.threads.findIndex((other) => other.entry === entry);
  const found = [
    `# ${plain(name)}: ${plain(entry)}() is reached through the attribute ${plain(subject)}.`,
    `ATTR_${i}=\${ATTR_${i}:-$(attribute ${quoted(subject)})}`,
  ];
  if (kind === 'sysfs-show')
    return { setup: [...found, `[ -r "$ATTR_${i}" ] || die "no ${subject} to read: set ATTR_${i}, and be root"`], run: `cat "$ATTR_${i}"` };
  const value =
    same < i
      ? `VALUE_${i}=\${VALUE_${i}:-$VALUE_${same}}`
      : `VALUE_${i}=\${VALUE_${i}:?is not set: what to write to ${subject}, such as the name of the object}`;
  return {
    setup: [...found, `[ -w "$ATTR_${i}" ] || die "no ${subject} to write to: set ATTR_${i}, and be root"`, value],
    run: `printf %s "$VALUE_${i}" > "$ATTR_${i}"`,
  };
}

function unbind({ name, entry }: ThreadInfo, i: number, threads: readonly ThreadInfo[]): Driver {
  const beside = threads.findIndex(({ kind }) => kind === 'sysfs-store' || kind === 'sysfs-show');
  const host =
    beside < 0 ? `\${HOST_${i}:?is not set: folder in sysfs of the device to unbind}` : `\${HOST_${i}:-$(bound "$ATTR_${beside}")}`;
  return {
    setup: [
      `# ${plain(name)}: ${plain(entry)}.`,
      `HOST_${i}=${host}`,
      `[ -w "$HOST_${i}/driver/unbind" ] || die "no driver to unbind from: set HOST_${i} to the device's folder, and be root"`,
    ],
    run: `printf %s "\${HOST_${i}##*/}" > "$HOST_${i}/driver/unbind"`,
  };
}

function probe({ name, entry }: ThreadInfo, i: number, driver: string | null): Driver {
  const missing = `DRIVER_${i} to a driver's folder below $SYS/bus, DEVICE_${i} to the name of a device in it`;
  return {
    setup: [
      `# ${plain(name)}: ${plain(entry)}() runs when the driver is bound. It has to find something to build.`,
      driver === null
        ? `DRIVER_${i}=\${DRIVER_${i}:?is not set: folder of the driver below $SYS/bus}`
        : `DRIVER_${i}=\${DRIVER_${i}:-$(find "$SYS/bus" -path ${quoted(`*/drivers/${driver}`)} | head -n 1)}`,
      `[ -w "$DRIVER_${i}/bind" ] || die "set ${missing}, and be root"`,
      `DEVICE_${i}=\${DEVICE_${i}:-$(for dev in "$DRIVER_${i}"/*; do [ -e "$dev/driver" ] && basename "$dev" && break; done)}`,
      `[ -n "$DEVICE_${i}" ] || die "set ${missing}"`,
      `[ -e "$DRIVER_${i}/$DEVICE_${i}" ] && printf %s "$DEVICE_${i}" > "$DRIVER_${i}/unbind"`,
    ],
    run: `printf %s "$DEVICE_${i}" > "$DRIVER_${i}/bind"`,
  };
}

/** What a shell cannot reach by a rule that holds for all drivers. */
function byHand({ name, entry }: ThreadInfo, i: number): Driver {
  return {
    setup: [`# ${plain(name)}.`, `COMMAND_${i}=\${COMMAND_${i}:?is not set: a command that has the kernel call ${plain(entry)}()}`],
    run: `sh -c "$COMMAND_${i}"`,
  };
}

/** The name in a driver struct's initializer; null where it is none that can be read there. */
function driverName(variable: string, { program, text }: FixContext): string | null {
  for (const file of program.files)
    for (const global of file.globals.filter(({ name }) => name === variable)) {
      const entry = global.init.find(({ path }) => /(?:^|\.)name$/.test(path));
      const name = entry && /^[^\n"]*"([\w.:-]+)"/.exec(text(file.path).slice(entry.at))?.[1];
      if (name) return name;
    }
  return null;
}

function quoted(text: string): string {
  return `'${plain(text).replaceAll("'", "'\\''")}'`;
}
