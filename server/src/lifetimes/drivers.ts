import type { EntryPoint } from '../program/types';

/** The driver that a probe or remove is of: the driver core runs both with the lock of its device held (drivers/base/dd.c). */
export function driverOf({ kind, deviceLocked, subject }: EntryPoint): string | null {
  return deviceLocked && (kind === 'probe' || kind === 'remove') ? subject : null;
}
