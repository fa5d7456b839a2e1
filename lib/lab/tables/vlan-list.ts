import { checkBoolean, checkOptions, show, UsageError } from '../../base/validate.ts';
import { missingVlanFiltering } from '../../links/bridge.ts';
import { isBridgePort, portOf } from '../../links/bridge-port.ts';
import { hasPorts } from '../../links/registry.ts';
import { type BridgeVlan, bridgeVlan, bridgeVlanOptions, changedMulticast } from '../../netlink/bridge/bridge-vlan.ts';
import { rangeOf, type VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import type { Request } from '../../netlink/request.ts';
import type { PortVlans } from '../../state/network-state.ts';
import { readVlans } from '../../state/read-vlans.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { checkTunnelIds, checkVlanIds } from './vlan-ids.ts';
import { checkVlanSettings, ignoredOfVlan, type VlanSettings, whyInvalid } from './vlan-settings.ts';

/** VLANs of a port, in the words of `bridge vlan add`. */
export interface VlanMembership {
  /** 1 to 4094; or a range, as in `'100-199'`. */
  id: VlanIds;
  /** Untagged frames that come in get this VLAN. A port has one pvid: the VLAN that had it loses it. @default false */
  pvid?: boolean;
  /** Frames of the VLAN leave untagged. @default false */
  untagged?: boolean;
  /**
   * The port, an `external` vxlan, sends frames of the VLAN with this identifier in place of the tag, and puts those that come
   * with it into the VLAN (`br_handle_egress_vlan_tunnel`). From 1 to 16777215; for a range of VLANs a range of the same
   * length, as in `'1010-1019'`. It needs the port's `vlanTunnel`. @default none
   */
  tunnelId?: VlanIds;
}

/**
 * The VLANs of a port of a bridge, or of a bridge itself, as `bridge vlan` has them. They count while the bridge's
 * `vlanFiltering` is on. A new port, and a new bridge, is in the VLAN of the bridge's `vlanDefaultPvid`.
 */
export class VlanList {
  readonly #owner: Interface;

  constructor(owner: Interface) {
    this.#owner = owner;
  }

  /**
   * Adds the port to VLANs. It changes the flags of VLANs that the port is in already.
   *
   * @throws UsageError for a wrong option; KernelError `EOPNOTSUPP` without `CONFIG_BRIDGE_VLAN_FILTERING`
   * @example port.vlan.add({ id: 10, pvid: true, untagged: true })
   * @example trunk.vlan.add({ id: '100-199' })
   * @example vxlan.vlan.add({ id: 10, tunnelId: 1010 })
   */
  add(vlan: VlanMembership): void {
    change(`${this.#owner}.vlan.add`, this.#owner, [vlan], (call) => {
      checkOptions(call, vlan, ['id', 'pvid', 'untagged', 'tunnelId']);
      const { id, pvid, untagged, tunnelId } = vlan;
      checkVlanIds(call, id);
      checkBoolean(call, 'pvid', pvid);
      checkBoolean(call, 'untagged', untagged);
      const [first, last] = rangeOf(id);
      if (pvid && first !== last)
        throw new UsageError(`${call}: pvid must be a single VLAN (br_process_vlan_info): received id ${show(id)}`);
      const requests = [bridgeVlan.add({ ...this.#place, id, pvid, untagged }, CAUSES)];
      if (tunnelId !== undefined) {
        this.#checkTunnel(call, id, tunnelId);
        const causes = {
          EEXIST: `a VLAN of ${this.#owner} has that tunnel, or this VLAN has one: see ${this.#owner}.vlan.list()`,
        };
        requests.push(bridgeVlan.add({ ...this.#place, id, tunnelId }, causes));
      }
      this.#send(call, ...requests);
    });
  }

  /**
   * Changes the settings of VLANs at this port. An option that is left out keeps its value.
   *
   * @throws UsageError for a wrong option; KernelError `ENOENT` for a VLAN that the port is not in, `EBUSY` for a state while the bridge
   * has `mstEnabled` or `stp`, `EINVAL` for what this kernel does not know
   * @example port.vlan.set({ id: 10, neighSuppress: true })
   * @example trunk.vlan.set({ id: '100-199', state: 'blocking' })
   */
  set(vlan: VlanSettings): void {
    change(`${this.#owner}.vlan.set`, this.#owner, [vlan], (call) => {
      checkVlanSettings(call, vlan, hasPorts(this.#owner));
      const { id, ...settings } = vlan;
      const causes = {
        EOPNOTSUPP: missingVlanFiltering,
        ENOENT: `${this.#owner} is not in each of these VLANs: see ${this.#owner}.vlan.list()`,
        EBUSY:
          'while the bridge has mstEnabled or stp, its spanning trees set the states of VLANs (br_vlan_modify_state): use mst.set, or switch stp off',
        ...whyInvalid(settings),
      };
      const { index } = this.#owner;
      this.#send(call, bridgeVlanOptions.change({ index, id, ...settings }, causes));
      this.#refuseIgnored(call, vlan);
      if (settings.neighSuppress) engineOf(this.#owner.namespace.lab).visits.addFault();
    });
  }

  /**
   * Removes the port from VLANs. VLANs that it is not in are ignored (`br_vlan_info`).
   *
   * @param vlan with their `tunnelId`, the port stays in the VLANs, and no longer maps them to the tunnel
   * @throws UsageError for a wrong option, and for a `tunnelId` that they do not have
   * @example port.vlan.delete({ id: 1 })
   * @example vxlan.vlan.delete({ id: 10, tunnelId: 1010 })
   */
  delete(vlan: Pick<VlanMembership, 'id' | 'tunnelId'>): void {
    change(`${this.#owner}.vlan.delete`, this.#owner, [vlan], (call) => {
      checkOptions(call, vlan, ['id', 'tunnelId']);
      const { id, tunnelId } = vlan;
      checkVlanIds(call, id);
      if (tunnelId !== undefined) {
        this.#checkTunnel(call, id, tunnelId);
        this.#checkMapping(call, id, tunnelId);
      }
      this.#send(call, bridgeVlan.delete({ ...this.#place, id, tunnelId }, CAUSES));
    });
  }

  /** The VLANs that the kernel has now, one entry for each. */
  list(): BridgeVlan[] {
    const call = `${this.#owner}.vlan.list`;
    ask(call, this.#owner);
    this.#check(call);
    return this.#read().map(({ state, neighSuppress, tunnelId, mcastRouter, mcastMaxGroups, ...flags }) => ({
      ...flags,
      ...changedMulticast({ mcastRouter, mcastMaxGroups }),
      ...(state === 'forwarding' ? {} : { state }),
      ...(neighSuppress ? { neighSuppress } : {}),
      ...(tunnelId === undefined ? {} : { tunnelId }),
    }));
  }

  #read(): PortVlans['vlans'] {
    const { namespace, index } = this.#owner;
    return readVlans(engineOf(namespace).rtnetlink).find((each) => each.index === index)?.vlans ?? [];
  }

  /** Without CONFIG_BRIDGE_IGMP_SNOOPING the kernel passes over the settings of multicast (`br_vlan_process_one_opts`). */
  #refuseIgnored(operation: string, { id, ...settings }: VlanSettings): void {
    const [first] = rangeOf(id);
    const read = this.#read().find((vlan) => vlan.id === first);
    const ignored = (['mcastRouter', 'mcastMaxGroups'] as const).find(
      (name) => settings[name] !== undefined && read?.[name] === undefined,
    );
    if (ignored !== undefined) throw ignoredOfVlan(operation, ignored);
  }

  /** iproute2's `self`: the bridge's own, as of one more port. */
  get #place(): { index: number; self?: true } {
    const { index } = this.#owner;
    return hasPorts(this.#owner) ? { index, self: true } : { index };
  }

  #send(call: string, ...requests: Request[]): void {
    this.#check(call);
    engineOf(this.#owner.namespace).rtnetlink.change(...requests);
  }

  #checkTunnel(call: string, id: VlanIds, tunnelId: VlanIds): void {
    checkTunnelIds(call, id, tunnelId);
    this.#check(call);
    if (hasPorts(this.#owner))
      throw new UsageError(`${call}: tunnelId is a setting of ports, not of the bridge itself (br_afspec)`);
    if (portOf(engineOf(this.#owner).link())?.vlanTunnel) return;
    throw new UsageError(
      `${call}: tunnelId needs vlanTunnel of a port (br_afspec): ${this.#owner}.set({ vlanTunnel: true })`,
    );
  }

  /** The kernel deletes whatever tunnel the VLAN has (nbp_vlan_tunnel_info_delete). */
  #checkMapping(call: string, id: VlanIds, tunnelId: VlanIds): void {
    const [[first, last], [tunnelOfFirst]] = [rangeOf(id), rangeOf(tunnelId)];
    for (const vlan of this.#read()) {
      const given = tunnelOfFirst + vlan.id - first;
      if (vlan.id < first || vlan.id > last || vlan.tunnelId === undefined || vlan.tunnelId === given) continue;
      throw new UsageError(
        `${call}: tunnelId must be that of the VLAN: VLAN ${vlan.id} of ${this.#owner} has tunnel ${vlan.tunnelId}: received ${given}`,
      );
    }
  }

  #check(call: string): void {
    if (hasPorts(this.#owner) || isBridgePort(engineOf(this.#owner).link())) return;
    throw new UsageError(`${call}: ${this.#owner} is neither a bridge nor a port of one: only these have VLANs`);
  }
}

const CAUSES = { EOPNOTSUPP: missingVlanFiltering };
