import { isDeepStrictEqual } from 'node:util';
import { once } from '../base/once.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { bridge } from '../links/bridge.ts';
import { bridgeVlanGlobal, type VlansOfInstance } from '../netlink/bridge/bridge-mst.ts';
import { membersOf } from '../netlink/bridge/vlan-rows.ts';
import { inNewNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink } from '../netlink/link.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import type { Link, VlanMulticast } from './network-state.ts';

type Settings = VlansOfInstance['multicast'];

/** The VLANs of bridges whose multicast settings are not those of a new VLAN, with what differs. */
export function readVlanMulticast(rtnetlink: NetlinkSocket, links: readonly Link[]): VlanMulticast[] {
  // Without CONFIG_BRIDGE_VLAN_FILTERING a bridge has no default VLAN, and the kernel does not know the question.
  if (!links.some((link) => bridge.is(link) && bridge.of(link).vlanDefaultPvid !== undefined)) return [];
  const usual = ofNewVlan();
  return listVlanMulticast(rtnetlink).flatMap(({ settings, ...vlan }) => {
    const changed = changedOf(settings, usual);
    return Object.keys(changed).length > 0 ? [{ ...vlan, settings: changed }] : [];
  });
}

export function listVlanMulticast(rtnetlink: NetlinkSocket): VlanMulticast[] {
  return rtnetlink
    .list(bridgeVlanGlobal.all())
    .flatMap(({ index, vlans }) =>
      vlans.flatMap((row) => membersOf(row).map((id) => ({ bridge: index, id, settings: row.multicast }))),
    );
}

function changedOf(settings: Settings, usual: Settings): Settings {
  const changed = Object.entries(settings).filter(
    ([name, value]) => !isDeepStrictEqual(value, usual[name as keyof Settings]),
  );
  return Object.fromEntries(changed);
}

/** Read from a bridge that has just been made: the kernel rounds some times by its `CONFIG_HZ` (`br_multicast_ctx_init`). */
const ofNewVlan = once(
  (): Settings =>
    inNewNamespace(({ rtnetlink }) => {
      try {
        rtnetlink.change(ipLink.add({ name: 'bridge', ...bridge.as({}) }));
      } catch (error) {
        if (error instanceof KernelError) return {};
        throw error;
      }
      // A new bridge is in its default VLAN.
      return listVlanMulticast(rtnetlink)[0]?.settings ?? {};
    }),
);
