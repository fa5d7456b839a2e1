import { checkBoolean, checkInteger, checkOptions, UsageError } from '../../base/validate.ts';
import { ignoredByKernel, type KernelError } from '../../kernel/kernel-error.ts';
import { type PortState, portState } from '../../netlink/bridge/port-state.ts';
import type { VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import { checkByRule } from '../../netlink/codec/value-rule.ts';
import { checkVlanIds } from './vlan-ids.ts';

/** Settings of VLANs of a port, in the words of `bridge vlan set`. */
export interface VlanSettings {
  /** 1 to 4094; or a range, as in `'100-199'`. */
  id: VlanIds;
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

/** Checks a change of VLANs, of a port or of a bridge itself. @throws UsageError */
export function checkVlanSettings(call: string, vlan: VlanSettings, isOfBridge: boolean): void {
  checkOptions(call, vlan, ['id', ...VLAN_SETTINGS]);
  checkVlanIds(call, vlan.id);
  checkByRule(portState, call, 'state', vlan.state);
  checkBoolean(call, 'neighSuppress', vlan.neighSuppress);
  checkInteger(call, 'mcastRouter', vlan.mcastRouter, 0, isOfBridge ? 2 : 3);
  checkInteger(call, 'mcastMaxGroups', vlan.mcastMaxGroups, 0, 2 ** 32 - 1);
  if (VLAN_SETTINGS.every((name) => vlan[name] === undefined))
    throw new UsageError(`${call}: one of ${VLAN_SETTINGS.join(', ')} must be given`);
  const ofPort = isOfBridge ? OF_PORTS.find((name) => vlan[name] !== undefined) : undefined;
  if (ofPort)
    throw new UsageError(
      `${call}: ${ofPort} is a setting of ports, not of the bridge itself (br_vlan_process_one_opts)`,
    );
}

/** Why the kernel may find settings invalid: the newest comes first. */
export function whyInvalid({ neighSuppress, mcastMaxGroups, mcastRouter }: Omit<VlanSettings, 'id'>): {
  EINVAL?: string;
} {
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

/** The error for a multicast setting that the kernel has passed over. */
export function ignoredOfVlan(operation: string, name: string): KernelError {
  const more = name === 'mcastMldVersion' ? ' and CONFIG_IPV6' : '';
  return ignoredByKernel(
    operation,
    `this kernel ignores ${name} of a VLAN: it needs CONFIG_BRIDGE_IGMP_SNOOPING${more}`,
  );
}
