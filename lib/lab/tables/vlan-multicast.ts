import { checkOptions, UsageError } from '../../base/validate.ts';
import { bridge, missingVlanFiltering } from '../../links/bridge.ts';
import { bridgeVlanGlobal } from '../../netlink/bridge/bridge-mst.ts';
import { VLAN_MULTICAST } from '../../netlink/bridge/vlan-multicast.ts';
import type { VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import { listVlanMulticast } from '../../state/read-vlan-multicast.ts';
import type { Bridge } from '../bridge.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { SwitchOptions } from '../switch.ts';
import { checkVlanIds } from './vlan-ids.ts';
import { ignoredOfVlan } from './vlan-settings.ts';

/** The multicast settings of a VLAN. Each is like the setting of the same name of the bridge (`lab.switch`). */
export type VlanMulticastSettings = Pick<SwitchOptions, (typeof VLAN_MULTICAST)[number]>;

/**
 * The multicast settings of the VLANs of a bridge: how each VLAN snoops and asks for members of groups, as in `bridge vlan global`
 * (Linux 5.15). They apply while the bridge's `mcastVlanSnooping` is on. While it is off, the bridge's own settings apply.
 */
export class VlanMulticast {
  readonly #bridge: Bridge;
  readonly #name: string;

  /** @param name what messages call the bridge. @default its own */
  constructor(owner: Bridge, name = `${owner}`) {
    this.#bridge = owner;
    this.#name = name;
  }

  /**
   * Changes VLANs, as `bridge vlan global set`. An option that is left out keeps its value.
   *
   * @throws UsageError for a wrong option; KernelError `ENOENT` for a VLAN that neither the bridge nor a port is in, `EOPNOTSUPP` for a
   * setting that the kernel passes over
   * @example sw.vlanMulticast.set({ id: '10-19', mcastQuerier: true, mcastIgmpVersion: 3 })
   */
  set(vlans: { id: VlanIds } & VlanMulticastSettings): void {
    change(`${this.#name}.vlanMulticast.set`, this.#bridge.namespace, [vlans], (call) => {
      checkOptions(call, vlans, ['id', ...VLAN_MULTICAST]);
      const { id, ...settings } = vlans;
      checkVlanIds(call, id);
      for (const name of VLAN_MULTICAST) bridge.options.get(name)?.check(call, name, settings[name]);
      if (Object.values(settings).every((value) => value === undefined))
        throw new UsageError(`${call}: one of ${VLAN_MULTICAST.join(', ')} must be given`);
      const causes = {
        EOPNOTSUPP: missingVlanFiltering,
        ENOENT: `neither ${this.#bridge} nor one of its ports is in each of these VLANs`,
        EINVAL: 'this kernel has no multicast settings of VLANs: they came with Linux 5.15',
      };
      const { index, namespace } = this.#bridge;
      engineOf(namespace).rtnetlink.change(bridgeVlanGlobal.change({ index, id, ...settings }, causes));
      this.#refuseIgnored(call, settings);
    });
  }

  /** The settings of each VLAN that the kernel has now. */
  list(): ({ id: number } & VlanMulticastSettings)[] {
    ask(`${this.#name}.vlanMulticast.list`, this.#bridge.namespace);
    return this.#read();
  }

  /**
   * Without CONFIG_BRIDGE_IGMP_SNOOPING the kernel passes over all of them, without IPv6 over that of MLD
   * (`br_vlan_process_global_one_opts`).
   */
  #refuseIgnored(operation: string, settings: VlanMulticastSettings): void {
    const vlans = this.#read();
    const [ignored] = Object.entries(settings)
      .filter(([name, value]) => value !== undefined && vlans.every((vlan) => !(name in vlan)))
      .map(([name]) => name);
    if (ignored !== undefined) throw ignoredOfVlan(operation, ignored);
  }

  #read(): ({ id: number } & VlanMulticastSettings)[] {
    const { namespace, index } = this.#bridge;
    const all = listVlanMulticast(engineOf(namespace).rtnetlink).filter(({ bridge: of }) => of === index);
    return all.map(({ id, settings }) => ({ id, ...(settings as VlanMulticastSettings) }));
  }
}
