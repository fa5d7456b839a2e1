import { type CapturedFrame, Interface, isLink, type Macvlan, type Uplink } from '../lab/index.ts';
import { macvlan } from '../links/macvlan.ts';

/** The real NIC that a macvlan hangs on. */
export function uplinkOf({ parent }: Macvlan): Uplink | undefined {
  return parent instanceof Interface ? undefined : parent;
}

/** The real NIC that a frame went by from one macvlan to another; between two in mode bridge it needs none. */
export function uplinkBetween(from: CapturedFrame, to: CapturedFrame): Uplink | undefined {
  const [one, other] = [from.at, to.at];
  if (!isLink(one, macvlan) || !isLink(other, macvlan) || one === other) return undefined;
  const uplink = uplinkOf(one);
  if (uplink === undefined || uplinkOf(other) !== uplink) return undefined;
  return inModeBridge(one) && inModeBridge(other) ? undefined : uplink;
}

function inModeBridge(device: Macvlan): boolean {
  return !device.deleted && device.mode === 'bridge';
}
