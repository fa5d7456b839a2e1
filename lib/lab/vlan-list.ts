import { constants } from 'node:os';
import { KernelError } from '../kernel/kernel-error.ts';
import { checkBoolean, checkInteger, checkOptions, show, UsageError } from '../kernel/validate.ts';
import { missingVlanFiltering } from '../links/bridge.ts';
import { isBridgePort, portOf } from '../links/bridge-port.ts';
import { kindOf } from '../links/registry.ts';
import {
  type BridgeVlan,
  bridgeVlan,
  bridgeVlanOptions,
  changedMulticast,
  rangeOf,
  type VlanIds,
} from '../netlink/bridge-vlan.ts';
import { type PortState, portState } from '../netlink/port-state.ts';
import type { Request } from '../netlink/request.ts';
import type { PortVlans } from '../state/network-state.ts';
import { readVlans } from '../state/read-vlans.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';
import { checkAlive } from './interface-state.ts';
import { change, watcher } from './watcher.ts';

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

/** Settings of VLANs of a port, in the words of `bridge vlan set`. */
export interface VlanSettings extends Pick<VlanMembership, 'id'> {
  /** The port's state for the frames of these VLANs. @default 'forwarding' */
  state?: PortState;
  /**
   * The bridge does not flood ARP and ND questions to the port that it can answer, and answers those for hosts behind it
   * (`br_is_neigh_suppress_enabled`, Linux 6.4). It counts while the port's `neighVlanSuppress` is on. @default false
   */
  neighSuppress?: boolean;
  /**
   * While the bridge's `mcastVlanSnooping` is on, the port gets every group of these VLANs: 0 never, 1 if a multicast router is heard
   * here, 2 always, 3 for some time, which a bridge itself does not take (`br_multicast_set_vlan_router`, Linux 5.15). @default 1
   */
  mcastRouter?: number;
  /**
   * The most MDB entries that the port may have in each of these VLANs; 0 for no limit. It needs the bridge's `mcastVlanSnooping`
   * (`br_vlan_process_one_opts`, Linux 6.3). @default 0
   */
  mcastMaxGroups?: number;
}

/** What {@link VlanList.set} changes. */
export const VLAN_SETTINGS = ['state', 'neighSuppress', 'mcastRouter', 'mcastMaxGroups'] as const;

/** Those of ports alone. */
const OF_PORTS = ['neighSuppress', 'mcastMaxGroups'] as const;

/** As iproute2 has it: 24 bits, those of a VNI. */
const HIGHEST_TUNNEL = 2 ** 24 - 1;
const TUNNEL_RULE = `a whole number from 1 to ${HIGHEST_TUNNEL}, or a range, as in '1010-1019'`;
const RULE = "a VLAN from 1 to 4094, or a range, as in '100-199'";

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
    const call = `${this.#owner}.vlan.add`;
    change(call, [vlan], () => {
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
    const call = `${this.#owner}.vlan.set`;
    change(call, [vlan], () => {
      checkOptions(call, vlan, ['id', ...VLAN_SETTINGS]);
      const { id, ...settings } = vlan;
      const { state, neighSuppress } = settings;
      checkVlanIds(call, id);
      portState.check?.(call, 'state', state);
      checkBoolean(call, 'neighSuppress', neighSuppress);
      checkInteger(call, 'mcastRouter', settings.mcastRouter, 0, isOfBridge(this.#owner) ? 2 : 3);
      checkInteger(call, 'mcastMaxGroups', settings.mcastMaxGroups, 0, 2 ** 32 - 1);
      if (VLAN_SETTINGS.every((name) => settings[name] === undefined))
        throw new UsageError(`${call}: one of ${VLAN_SETTINGS.join(', ')} must be given`);
      for (const name of OF_PORTS)
        if (settings[name] !== undefined && isOfBridge(this.#owner))
          throw new UsageError(
            `${call}: ${name} is a setting of ports, not of the bridge itself (br_vlan_process_one_opts)`,
          );
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
      if (neighSuppress) engineOf(this.#owner.namespace.lab).visits.addFault();
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
    const call = `${this.#owner}.vlan.delete`;
    change(call, [vlan], () => {
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
    this.#check(`${this.#owner}.vlan.list`);
    watcher()?.asked();
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
    if (ignored === undefined) return;
    const cause = `this kernel ignores ${ignored} of a VLAN: it needs CONFIG_BRIDGE_IGMP_SNOOPING`;
    throw new KernelError({ operation, errno: constants.errno.EOPNOTSUPP, cause });
  }

  /** iproute2's `self`: the bridge's own, as of one more port. */
  get #place(): { index: number; self?: true } {
    const { index } = this.#owner;
    return isOfBridge(this.#owner) ? { index, self: true } : { index };
  }

  #send(call: string, ...requests: Request[]): void {
    this.#check(call);
    engineOf(this.#owner.namespace).rtnetlink.change(...requests);
  }

  /** The kernel takes each refusal of it for EINVAL (br_afspec, br_process_vlan_tunnel_info). */
  #checkTunnel(call: string, id: VlanIds, tunnelId: VlanIds): void {
    checkRow(call, 'tunnelId', tunnelId, HIGHEST_TUNNEL, TUNNEL_RULE);
    const [[first, last], [tunnelOfFirst, tunnelOfLast]] = [rangeOf(id), rangeOf(tunnelId)];
    if (last - first !== tunnelOfLast - tunnelOfFirst)
      throw new UsageError(
        `${call}: tunnelId must be a range as long as id (br_process_vlan_tunnel_info): received ${show(tunnelId)} for ${show(id)}`,
      );
    this.#check(call);
    if (isOfBridge(this.#owner))
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
      const said = tunnelOfFirst + vlan.id - first;
      if (vlan.id < first || vlan.id > last || vlan.tunnelId === undefined || vlan.tunnelId === said) continue;
      throw new UsageError(
        `${call}: tunnelId must be that of the VLAN: VLAN ${vlan.id} of ${this.#owner} has tunnel ${vlan.tunnelId}: received ${said}`,
      );
    }
  }

  #check(call: string): void {
    checkAlive(this.#owner, call.slice(`${this.#owner}.`.length));
    if (isOfBridge(this.#owner) || isBridgePort(engineOf(this.#owner).link())) return;
    throw new UsageError(`${call}: ${this.#owner} is neither a bridge nor a port of one: only these have VLANs`);
  }
}

/** Why the kernel may find settings invalid: the newest comes first. */
function whyInvalid({ neighSuppress, mcastMaxGroups, mcastRouter }: Omit<VlanSettings, 'id'>): { EINVAL?: string } {
  if (neighSuppress !== undefined)
    return { EINVAL: 'this kernel knows no neigh_suppress of a VLAN: it came with Linux 6.4' };
  if (mcastMaxGroups !== undefined)
    return {
      EINVAL:
        "mcast_max_groups of a VLAN came with Linux 6.3, and needs the bridge's mcastVlanSnooping (br_vlan_process_one_opts)",
    };
  if (mcastRouter !== undefined)
    return { EINVAL: 'this kernel knows no mcast_router of a VLAN: it came with Linux 5.15' };
  return {};
}

const CAUSES = { EOPNOTSUPP: missingVlanFiltering };

function isOfBridge(owner: Interface): boolean {
  return kindOf(owner)?.description.hasPorts === true;
}

/** @throws UsageError for what are no VLANs */
export function checkVlanIds(call: string, id: unknown): void {
  if (id === undefined) throw new UsageError(`${call}: id must be given: ${RULE}`);
  checkRow(call, 'id', id, 4094, RULE);
}

/** Checks a number, or several in a row. */
function checkRow(call: string, option: string, value: unknown, most: number, rule: string): void {
  const isRange = typeof value === 'string' && /^\d+-\d+$/.test(value);
  const [first, last] = isRange ? rangeOf(value as VlanIds) : [value, value];
  const isOne = (each: unknown) => Number.isInteger(each) && Number(each) >= 1 && Number(each) <= most;
  if (isOne(first) && isOne(last) && Number(first) <= Number(last)) return;
  throw new UsageError(`${call}: ${option} must be ${rule}: received ${show(value)}`);
}
