import { driverOf } from '../../lifetimes/drivers';
import type { EffectCode, Machine } from '../machine';
import { TOP, ZERO } from '../values';

/** What a driver hangs at a device: include/linux/device.h dev_set_drvdata, dev_get_drvdata, and the buses' wrappers of them. */

/** Where a device keeps it: one that a probe or a ->remove is called for is known by the driver alone. Null where the device may be any. */
function placeOf(m: Machine, device: number): number | null {
  if (m.values.get(device).k === 'ptr') return m.values.member(device, 'driver_data');
  const point = m.scene.points[m.t];
  const driver = point && driverOf(point);
  return driver ? m.values.ptr(m.values.object(`the device of ${driver}`, 'opaque', null).id, 'driver_data') : null;
}

/** An object's own device has the object for data, whatever it is called there. */
export const setDriverData: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'set-driver-data') return TOP;
  const device = args[effect.dev] ?? TOP;
  const data = args[effect.data] ?? TOP;
  const place = m.tracked(device) ? null : placeOf(m, device);
  if (place === null || !(m.tracked(data) || data === ZERO)) return TOP;
  m.touch(null);
  m.write(place, data, false);
  return TOP;
};

/** dev_get_drvdata(): the same memory for all threads that ask the same device; of an owner's struct there is one instance. */
export const driverData: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const tag = m.typeOfResult(step);
  if (tag !== null && m.view.subject.owners.has(tag)) return m.values.ptr(m.values.instance(tag).id, '');
  const given = effect?.op === 'driver-data' ? (args[effect.dev] ?? TOP) : TOP;
  const device = m.values.objectOf(given);
  if (device?.kind === 'tracked' && (tag === null || tag === device.tag)) return m.values.ptr(device.id, '');
  const place = device?.kind === 'tracked' ? null : placeOf(m, given);
  const data = place === null ? TOP : m.readCell(place);
  if (data !== TOP) return data;
  // Data that nobody takes for a struct is only asked whether it is there.
  if (!device || device.kind === 'opaque' || tag === null) return TOP;
  return m.values.ptr(m.values.object(`driver data of ${device.name}`, 'instance', tag).id, '');
};
