import { type Interface, isLink, type Macvlan, type Uplink } from '../../lab/index.ts';
import { macvlan } from '../../links/macvlan.ts';
import type { Cause } from '../../model/cause.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { isGroupMac } from '../../wire/mac-address.ts';
import { deviceName } from '../names.ts';
import { downCause } from './link.ts';

/** Why a frame that came in by a parent was not handed to one of its children (`macvlan_handle_frame`). */
export function macvlanCause(parent: Interface | Uplink, child: Macvlan, bytes: Buffer): Cause | undefined {
  const frame = decodeEthernet(bytes);
  if (!frame) return undefined;
  const down = downCause(child);
  if (down) return down;
  const siblings = [...parent.children].filter((each): each is Macvlan => isLink(each, macvlan) && !each.deleted);
  const sender = siblings.find((each) => each !== child && each.state().mac === frame.source);
  const device = deviceName(child);
  if (child.mode === 'source') return notListed(child, frame.source);
  if (!isGroupMac(frame.destination)) return unicastCause(parent, child, frame.destination);
  if (sender?.mode === 'source') return { code: 'macvlan.source-sender', facts: { device: deviceName(sender) } };
  if (sender?.mode === 'private')
    return { code: 'macvlan.private', facts: { device: deviceName(sender), as: 'sender' } };
  return sender && child.mode === 'private'
    ? { code: 'macvlan.private', facts: { device, as: 'receiver' } }
    : undefined;
}

/** `macvlan_forward_source`. */
function notListed(child: Macvlan, mac: string): Cause | undefined {
  if (child.macaddr.list().includes(mac)) return undefined;
  return { code: 'macvlan.not-listed', facts: { device: deviceName(child), mac } };
}

function unicastCause(parent: Interface | Uplink, child: Macvlan, destination: string): Cause | undefined {
  const { mac } = child.state();
  if (child.mode === 'passthru' || destination === mac) return undefined;
  const facts = { device: deviceName(child), mac, parent: String(parent), parentMac: parent.state().mac, destination };
  return { code: 'macvlan.other-mac', facts };
}
