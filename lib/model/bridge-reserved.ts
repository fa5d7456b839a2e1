import { bridge as bridgeKind } from '../links/bridge.ts';
import { portOf } from '../links/bridge-port.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, PASS, type Verdict } from './prediction.ts';

/** 01:80:c2:00:00:00 to 0f: what no bridge passes on (IEEE 802.1Q-2018 table 8-1). */
export function isReserved(mac: string): boolean {
  return mac.startsWith('01:80:c2:00:00:0');
}

/** The branch of `br_handle_frame` for reserved addresses; undefined: they are forwarded as any group is. */
export function receiveReserved(port: Device, bridge: Device, { destination }: Frame): Verdict[] | undefined {
  const last = Number.parseInt(destination.slice(-1), 16);
  const facts = { port: port.name, mac: destination };
  if (last === 1) return [drop({ code: 'bridge.reserved', facts }, 'br_handle_frame')];
  const { stp, groupFwdMask } = bridgeKind.of(bridge.link);
  const ofPort = (portOf(port.link)?.groupFwdMask ?? 0) | requiredMask(bridge);
  // Without a spanning tree its frames pass, so that others can see a loop.
  const mask = last === 0 ? ofPort : ofPort | groupFwdMask;
  if ((last === 0 && !stp) || mask & (1 << last)) return undefined;
  // The port's own stack gets it: LLDP, LACP, 802.1X.
  return [drop({ code: 'bridge.reserved', facts }, 'br_handle_frame', { towards: bridge }), PASS];
}

/** What a provider's bridge passes on for its customers (`br_recalculate_fwd_mask`, IEEE 802.1Q-2018 table 8-2). */
function requiredMask({ link }: Device): number {
  const { vlanFiltering, vlanProtocol, groupAddress } = bridgeKind.of(link);
  if (!vlanFiltering || vlanProtocol !== '802.1ad') return 0;
  return BR_GROUPFWD_8021AD & ~(1 << Number.parseInt(groupAddress?.slice(-1) ?? '8', 16));
}

const BR_GROUPFWD_8021AD = 0xb801;
