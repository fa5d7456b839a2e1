import { checkInteger, checkOptions, UsageError } from '../../base/validate.ts';
import { bridge } from '../../links/bridge.ts';
import { bridgeMst, bridgeVlanGlobal } from '../../netlink/bridge/bridge-mst.ts';
import { type PortState, portState } from '../../netlink/bridge/port-state.ts';
import { membersOf, type VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import { checkByRule } from '../../netlink/codec/value-rule.ts';
import type { Request } from '../../netlink/request.ts';
import type { Bridge } from '../bridge.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { showDevice } from '../making/linked-devices.ts';
import { checkVlanIds } from './vlan-ids.ts';

/** An instance of a bridge's spanning trees (802.1Q's MST), with its VLANs, and its state at each port that is in one of them. */
export interface MstInstance {
  /** 0: the common tree. A change of a port's own state changes all its VLANs of this instance (`br_set_state`). */
  msti: number;
  vlans: number[];
  /** If the VLANs of the instance differ at a port: the state of the first (`br_mst_fill_info`). */
  states: { port: Interface; state: PortState | `${number}` }[];
}

/** `VLAN_N_VID` − 1 (`br_mst_nl_policy`). */
const HIGHEST = 4095;

/**
 * The instances of a bridge's spanning trees, as `bridge mst` and `bridge vlan global` have them (Linux 5.18): each VLAN belongs to one
 * instance, and each port has a state in each instance. The bridge needs `vlanFiltering` and `mstEnabled`.
 */
export class Mst {
  readonly #bridge: Bridge;
  readonly #name: string;

  /** @param name what messages call the bridge. @default its own */
  constructor(owner: Bridge, name = `${owner}`) {
    this.#bridge = owner;
    this.#name = name;
  }

  /**
   * Puts VLANs into an instance, as `bridge vlan global set … msti`. At each port they take the state of the instance's other VLANs.
   * If the port has none of these, the state there is `disabled` (`br_mst_vlan_sync_state`), in instance 0 as well: to mend that, set the port's own state. A VLAN that comes to a port later begins with the port's own state (`br_mst_vlan_init_state`): call `set` again.
   *
   * @throws UsageError for a wrong option; KernelError `ENOENT` for a VLAN that neither the bridge nor a port is in
   * @example sw.mst.add({ msti: 1, id: '10-19' })
   */
  add(vlans: { msti: number; id: VlanIds }): void {
    change(`${this.#name}.mst.add`, this.#bridge.namespace, [vlans], (call) => {
      checkOptions(call, vlans, ['msti', 'id']);
      const { msti, id } = vlans;
      // Back into the common tree as well.
      checkMsti(call, msti, 0);
      checkVlanIds(call, id);
      const causes = { ENOENT: `neither ${this.#bridge} nor one of its ports is in each of these VLANs` };
      this.#send(call, bridgeVlanGlobal.change({ index: this.#bridge.index, id, msti }, causes));
    });
  }

  /**
   * Changes the state of an instance at a port, as `bridge mst set`.
   *
   * @throws UsageError for a wrong option, for the common tree, whose state is that of the port, and for an instance that no VLAN of
   * the port is in
   * @example sw.mst.set({ msti: 1, port, state: 'forwarding' })
   */
  set(instance: { msti: number; port: Interface; state: PortState }): void {
    change(`${this.#name}.mst.set`, this.#bridge.namespace, [instance], (call) => {
      checkOptions(call, instance, ['msti', 'port', 'state']);
      const { msti, port, state } = instance;
      checkMsti(call, msti, 1);
      if (!this.#bridge.ports.some((each) => each === port))
        throw new UsageError(`${call}: port must be a port of ${this.#name}: received ${showDevice(port)}`);
      if (state === undefined) throw new UsageError(`${call}: state must be given: ${portState.rule}`);
      checkByRule(portState, call, 'state', state);
      this.#check(call);
      // The kernel sets the states of no VLANs, and says nothing (br_mst_set_state).
      const all = engineOf(this.#bridge.namespace).rtnetlink.list(bridgeMst.all());
      const own = all.find(({ index }) => index === port.index)?.instances ?? [];
      if (!own.some((each) => each.msti === msti))
        throw new UsageError(
          `${call}: no VLAN of ${port} is in instance ${msti} (br_mst_set_state): ${this.#name}.mst.add({ msti: ${msti}, id: … }) first`,
        );
      this.#send(call, bridgeMst.change({ index: port.index, msti, state }));
    });
  }

  /** The instances that the kernel has now. */
  list(): MstInstance[] {
    ask(`${this.#name}.mst.list`, this.#bridge.namespace);
    const { rtnetlink } = engineOf(this.#bridge.namespace);
    const { index, ports } = this.#bridge;
    const mapped = rtnetlink.list(bridgeVlanGlobal.all()).filter((each) => each.index === index);
    const rows = mapped.flatMap(({ vlans }) => vlans);
    const states = rtnetlink.list(bridgeMst.all()).flatMap(({ index: of, instances }) => {
      const port = ports.find((each) => each.index === of);
      return port ? instances.map(({ msti, state }) => ({ msti, port, state })) : [];
    });
    const all = new Set(rows.map(({ msti }) => msti));
    return [...all]
      .toSorted((one, other) => one - other)
      .map((msti) => ({
        msti,
        vlans: rows.filter((row) => row.msti === msti).flatMap(membersOf),
        states: states.filter((each) => each.msti === msti).map(({ port, state }) => ({ port, state })),
      }));
  }

  #send(call: string, request: Request): void {
    this.#check(call);
    engineOf(this.#bridge.namespace).rtnetlink.change(request);
  }

  #check(call: string): void {
    // Without it the kernel takes VLANs out of forwarding all the same (br_mst_vlan_set_msti).
    if (!bridge.of(engineOf(this.#bridge).link()).mstEnabled)
      throw new UsageError(
        `${call}: ${this.#bridge} has no instances: mstEnabled must be on, which changes only while no port is in a VLAN (br_mst_set_enabled)`,
      );
  }
}

function checkMsti(call: string, msti: unknown, least: number): void {
  if (msti === undefined)
    throw new UsageError(`${call}: msti must be given: the number of an instance, from ${least} to ${HIGHEST}`);
  checkInteger(call, 'msti', msti, least, HIGHEST);
}
