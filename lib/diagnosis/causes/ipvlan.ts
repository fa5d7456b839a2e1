import { isNoRoute } from '../../kernel/no-route.ts';
import type { Ipvlan } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { isGroupMac } from '../../wire/mac-address.ts';
import { deviceName } from '../names.ts';
import { neighbourCause } from './neighbour.ts';

/** Why a frame that came in by a parent was not handed to one of its ipvlans (`ipvlan_handle_frame`). */
export function ipvlanInCause(child: Ipvlan, bytes: Buffer): Cause | undefined {
  return child.mode !== 'l2' && isGroup(bytes) ? { code: 'ipvlan.no-group-in', facts: modeOf(child) } : undefined;
}

/** Why what an ipvlan sent did not leave by its parent. In modes l3 and l3s the parent's namespace routes it (`ipvlan_process_outbound`). */
export function ipvlanOutCause(child: Ipvlan, bytes: Buffer, since: bigint): Cause | undefined {
  const { mode, parent } = child;
  const { namespace } = parent;
  if (mode === 'l2') return undefined;
  if (isGroup(bytes)) return { code: 'ipvlan.no-group-out', facts: modeOf(child) };
  const packet = ipPacketOf(bytes);
  if (!packet) return { code: 'ipvlan.ip-only', facts: { device: deviceName(child), mode } };
  const { destination, source } = packet;
  if (namespace.interfaces.some((device) => device.address.list().some(({ address }) => address === destination)))
    return { code: 'ipvlan.parent-host', facts: { namespace: namespace.name, parent: deviceName(parent), source } };
  try {
    namespace.route.get(destination, parent);
  } catch (error) {
    if (!isNoRoute(error)) throw error;
    const facts = { namespace: namespace.name, to: destination, device: deviceName(parent), mode };
    return { code: 'ipvlan.no-route', facts };
  }
  return neighbourCause(namespace, destination, since);
}

function modeOf(child: Ipvlan) {
  return { device: deviceName(child), mode: child.mode, parent: deviceName(child.parent) };
}

function isGroup(bytes: Buffer): boolean {
  const frame = decodeEthernet(bytes);
  return frame !== undefined && isGroupMac(frame.destination);
}
