import type { LifetimeView, RegistrationView } from '../engine/types';
import { relocated } from './relocate';

/** What stands behind the name of an action at the call that registers it. */
export interface Hint {
  /** Offset in the text as it is now. */
  at: number;
  label: string;
  tooltip: string;
}

/** At each call of a file that registers an action: the device, and when its unbind runs the action. */
export function hintsOf(lifetimes: readonly LifetimeView[], path: string, text: string): Hint[] {
  const all = lifetimes.flatMap((view) => view.registrations.map((registration) => ({ view, registration })));
  const seen = new Set<number>();
  return all.flatMap(({ view, registration }) => {
    if (registration.file !== path) return [];
    const span = relocated(text, view.action, registration.at);
    if (!span || seen.has(span.end)) return [];
    seen.add(span.end);
    const { host } = registration;
    const ranks = [
      ...new Set(all.filter(({ registration: other }) => other.host.id === host.id).map(({ registration: other }) => other.rank)),
    ];
    const order = ranks.filter((rank) => rank <= registration.rank).length;
    return [
      {
        at: span.end,
        label: `unbind of ${whose(registration)}: ${order} of ${ranks.length}`,
        tooltip: tooltipOf(view, registration, order, ranks.length),
      },
    ];
  });
}

/** A variable called `dev` says less than the struct does. */
function whose({ host }: RegistrationView): string {
  return host.struct !== null && /^\w+$/.test(host.text) ? `struct ${host.struct}` : host.text;
}

function tooltipOf(view: LifetimeView, { host }: RegistrationView, order: number, count: number): string {
  const where = host.struct === null ? `in ${host.within}()` : `struct ${host.struct}`;
  return `devres of ${host.text} (${where}) run newest first: ${view.action}() is ${order} of ${count}`;
}
