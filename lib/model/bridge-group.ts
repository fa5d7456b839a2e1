import { bridge as bridgeKind } from '../links/bridge.ts';
import { portOf } from '../links/bridge-port.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { isGroupMessage } from '../wire/group-message.ts';
import { BROADCAST_MAC, isGroupMac } from '../wire/mac-address.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';

/** Whom a bridge that snoops sends a frame of a group. */
export interface Snooped {
  /** Of the frame: of IP an address, otherwise a MAC address. */
  group: string;
  /** Whether a port is sent it, or the bridge itself its own host; undefined: the model does not know. */
  isMember(to: Device): boolean | undefined;
  /** Why all of it is uncertain. */
  vague?: string | undefined;
}

/**
 * What snooping makes of a frame (`br_multicast_rcv`, `br_mdb_entry_skb_get`, `br_multicast_querier_exists`).
 *
 * @returns undefined for what is flooded as without snooping
 */
export function snoop(bridge: Device, frame: Frame, vlan: number | undefined): Snooped | undefined {
  const { mcastSnooping, mcastVlanSnooping, ...settings } = bridgeKind.of(bridge.link);
  const { destination, etherType, packet } = frame;
  if (!mcastSnooping || !isGroupMac(destination) || destination === BROADCAST_MAC) return undefined;
  const isIp = etherType === ETHERTYPE.ipv4 || etherType === ETHERTYPE.ipv6;
  const group = isIp ? packet?.destination : destination;
  // Messages about membership have rules of their own.
  if (group === undefined || mcastVlanSnooping || (packet && isGroupMessage(packet)))
    return { group: destination, isMember: () => undefined, vague: `${bridge} snoops multicast` };
  const version = etherType === ETHERTYPE.ipv4 ? settings.mcastIgmpVersion === 3 : settings.mcastMldVersion === 2;
  const entries = bridge.host.mdb
    .filter((entry) => entry.bridge === bridge.index && entry.group === group && entry.vid === (vlan ?? 0))
    // Older versions know nothing of sources (br_mdb_entry_skb_get).
    .filter(({ src }) => src === undefined || version);
  if (entries.length === 0 && (!isIp || isLinkLocal(group))) return undefined;
  const other = etherType === ETHERTYPE.ipv4 ? settings.querier?.other4 : settings.querier?.other6;
  if (isIp && !settings.mcastQuerier && other === undefined) return undefined;
  const hasSources = isIp && version && entries.length > 0;
  return {
    group,
    isMember: (to) => {
      const isEntered = entries.some(({ port }) => port === to.index);
      if (hasSources) return undefined;
      if (to === bridge) return isEntered || bridge.link.allMulticast || isRouter(settings.mcastRouter);
      const { mcastToUnicast, mcastRouter } = portOf(to.link) ?? {};
      if (isEntered) return mcastToUnicast ? undefined : true;
      // Of which version of IP the router is, is not read.
      return mcastRouter === PERMANENT || (bridge.host.mcastRouters.includes(to.index) ? undefined : false);
    },
    // A querier counts once its first question could be answered (delay_time), which the kernel does not tell.
    vague: isIp ? `${bridge} snoops multicast, and may not have asked for long enough` : undefined,
  };
}

/** Its own host: 1 depends on a timer that the kernel does not tell (`br_multicast_is_router`). */
function isRouter(setting: number | undefined): boolean | undefined {
  return setting === PERMANENT || (setting === 0 ? false : undefined);
}

/** `MDB_RTR_TYPE_PERM` */
const PERMANENT = 2;

/** 224.0.0.0/24 and ff02::1 go to everybody, joined or not (RFC 4541 sections 2.1.2 and 3). */
function isLinkLocal(group: string): boolean {
  return group.startsWith('224.0.0.') || group === 'ff02::1';
}
