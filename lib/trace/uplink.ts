import { Interface, isLink, type Macvlan, type Uplink } from '../lab/index.ts';
import { macvlan } from '../links/macvlan.ts';
import type { CapturedFrame } from './capture.ts';
import type { Obstacle } from './obstacles/obstacle.ts';
import { type Hop, hopsOf } from './path.ts';

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

/** Where a frame was last seen that left the lab by a real NIC, and why nothing more is known of it. */
export function lastBeforeUplink(path: Hop): ({ at: Hop } & Obstacle) | undefined {
  const at = hopsOf(path).find(
    ({ frame, next }) => frame.direction === 'out' && next.length === 0 && hasUplink(frame.at),
  );
  const device = at?.frame.at;
  const uplink = isLink(device, macvlan) ? uplinkOf(device) : undefined;
  if (!at || !uplink) return undefined;
  const siblings = [...uplink.children].filter((child) => !child.deleted && child !== device);
  return {
    at,
    text: `left by the real NIC ${uplink}: what lies beyond is not observed`,
    ...(siblings.length > 0
      ? {
          hint: `between ${device} and ${siblings.join(', ')} the switch must reflect: npx hairpin check-switch ${uplink}`,
        }
      : {}),
  };
}

function hasUplink(device: Interface): boolean {
  return isLink(device, macvlan) && uplinkOf(device) !== undefined;
}

function inModeBridge(device: Macvlan): boolean {
  return !device.deleted && device.mode === 'bridge';
}
