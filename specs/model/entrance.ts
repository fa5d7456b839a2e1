import { type Interface, isLink, type Lab } from 'hairpin';
import { macvlan } from '../../lib/links/macvlan.ts';
import { vlan } from '../../lib/links/vlan.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';

/** Nobody's, so that no bridge learns a host by it. */
const SOURCE = '02:ee:ee:ee:ee:ee';

/** Where a broadcast gets into a parent's queue, which child shows that the queue has let it go, and the frame's header. */
export interface Entrance {
  by: Interface;
  listener: Interface;
  header: Buffer;
}

/**
 * The queues of broadcasts (`macvlan_broadcast_enqueue`) that hairpin's own markers do not get to, since the parent is no end of
 * a cable: a bridge, or a VLAN.
 */
export function entrances(lab: Lab): Entrance[] {
  return lab.namespaces
    .flatMap(({ interfaces }) => interfaces)
    .flatMap((parent) => {
      // Children of mode source are given theirs at once (macvlan_forward_source).
      const listener = [...parent.children].find(
        (child) => isLink(child, macvlan) && child.mode !== 'source' && child.state().up,
      );
      const by = isPlugged(parent) ? undefined : below(parent, lab).find(isPlugged)?.peer;
      return listener && by && parent.state().up ? [{ by, listener, header: headerFor(parent) }] : [];
    });
}

function below(parent: Interface, lab: Lab): Interface[] {
  if (isLink(parent, vlan)) return [parent.parent];
  // A macvlan on a macvlan hangs on the lowest parent, and so on that one's queue (macvlan_common_newlink).
  return lab.namespaces.flatMap(({ interfaces }) => interfaces).filter(({ bridge }) => bridge === parent);
}

function isPlugged(device: Interface): boolean {
  return device.peer !== undefined && device.state().up && device.state().carrier;
}

function headerFor(parent: Interface): Buffer {
  const addresses = Buffer.from(`${BROADCAST_MAC}:${SOURCE}`.replaceAll(':', ''), 'hex');
  if (!isLink(parent, vlan)) return addresses;
  const tag = Buffer.alloc(4);
  tag.writeUInt16BE(parent.protocol === '802.1ad' ? 0x88a8 : 0x8100);
  tag.writeUInt16BE(parent.id, 2);
  return Buffer.concat([addresses, tag]);
}
