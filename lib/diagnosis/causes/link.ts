import { Interface, isBridge } from '../../lab/index.ts';
import { stateIfThere } from '../../lab/interface-state.ts';
import { kindOf } from '../../links/registry.ts';
import type { CarrierFault } from '../../model/carrier.ts';
import type { Cause, CauseOf, DeviceName } from '../../model/cause.ts';
import { deviceName } from '../names.ts';

/** That a device is down, if it is. */
export function downCause(device: Interface): CauseOf<'link.down'> | undefined {
  return device.state().up ? undefined : { code: 'link.down', facts: { device: deviceName(device) } };
}

/** Why a device cannot send, followed to the cable or the parent that is at fault. */
export function linkCause(device: Interface): Cause | undefined {
  const state = stateIfThere(device);
  if (!state) return { code: 'link.gone', facts: { device: deviceName(device) } };
  if (!state.up) return { code: 'link.down', facts: { device: deviceName(device) } };
  if (state.carrier && state.operState !== 'LOWERLAYERDOWN') return undefined;
  const fault = faultBelow(device);
  return fault && { code: 'link.no-carrier', facts: { device: deviceName(device), ...fault } };
}

/** The same, and that the device has no carrier if nothing else is known. Such a device may receive all the same: a macvlan with protodown. */
export function sendingCause(device: Interface): Cause | undefined {
  return linkCause(device) ?? (device.state().carrier ? undefined : withoutCarrier(device));
}

/** A tunnel, or a program's own device: what is down below it nobody knows. */
function withoutCarrier(device: Interface): Cause {
  const { characterDevice, bornWithCarrier } = kindOf(device)?.description ?? {};
  const isClosed = characterDevice !== undefined && bornWithCarrier === false;
  const because = device.state().protodown ? 'protodown' : isClosed ? 'closed' : undefined;
  const members = because ? undefined : withoutMembers(device);
  return { code: 'link.no-carrier', facts: { device: deviceName(device), ...(because ? { because } : members) } };
}

/** Of a bond, team or bridge: that none of the devices that it sends by has a carrier (`bond_set_carrier`). */
function withoutMembers(device: Interface): Pick<CauseOf<'link.no-carrier'>['facts'], 'because' | 'members'> {
  const { members: own } = kindOf(device)?.description ?? {};
  const all = device.namespace.interfaces.filter(({ master }) => master === device);
  const isLost = all.every((each) => stateIfThere(each)?.carrier !== true);
  return (own === 'frames' || isBridge(device)) && isLost ? { because: 'members', members: all.map(deviceName) } : {};
}

function faultBelow(device: Interface): CarrierFault | undefined {
  const { peer } = device;
  if (peer && stateIfThere(peer)?.up === false) return { down: { device: deviceName(peer), is: 'peer' } };
  if (!(device.parent instanceof Interface)) return undefined;
  const { parent } = device;
  const state = stateIfThere(parent);
  // With its parent a child goes as well: this one was moved where the lab does not see it.
  if (!state) return undefined;
  if (!state.up) return { down: { device: deviceName(parent), is: 'parent' } };
  const below = faultBelow(parent);
  const through: DeviceName[] = [deviceName(parent), ...(below?.through ?? [])];
  return below && { ...below, through };
}
