import type { Cause, CauseOf, DeviceName } from './cause.ts';
import type { Device } from './network.ts';

/** What took the carrier of a device away. */
export type CarrierFault = Omit<CauseOf<'link.no-carrier'>['facts'], 'device'>;

export function downCause({ name }: Device): Cause {
  return { code: 'link.down', facts: { device: name } };
}

/** Why a device sends nothing: it is down, or has no carrier, which is followed to the cable or the parent at fault. */
export function linkCause(device: Device): Cause | undefined {
  const { up, carrier } = device.link;
  if (!up) return downCause(device);
  return carrier ? undefined : { code: 'link.no-carrier', facts: { device: device.name, ...faultBelow(device) } };
}

export function onlyUp(devices: readonly Device[]): readonly Device[] {
  return devices.filter(({ link }) => link.up);
}

function faultBelow({ peer, lower }: Device): CarrierFault {
  if (peer?.link.up === false) return { down: { device: peer.name, is: 'peer' } };
  if (!lower) return {};
  if (!lower.link.up) return { down: { device: lower.name, is: 'parent' } };
  const below = faultBelow(lower);
  const through: DeviceName[] = [lower.name, ...(below.through ?? [])];
  return below.down ? { ...below, through } : {};
}
