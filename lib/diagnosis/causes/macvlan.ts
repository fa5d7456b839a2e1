import type { Interface, Macvlan } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { isGroupMac } from '../../wire/mac-address.ts';
import { deviceName } from '../names.ts';

/** Why a frame that came in by a parent was not for one of its macvlans (`macvlan_hash_lookup`). */
export function otherMacCause(parent: Interface, child: Macvlan, bytes: Buffer): Cause | undefined {
  const { destination = '' } = decodeEthernet(bytes) ?? {};
  const { mac } = child.state();
  if (child.mode === 'passthru' || child.mode === 'source') return undefined;
  if (isGroupMac(destination) || destination === mac) return undefined;
  const facts = { device: deviceName(child), mac, parent: String(parent), parentMac: parent.state().mac, destination };
  return { code: 'macvlan.other-mac', facts };
}
