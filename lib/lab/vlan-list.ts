import { checkBoolean, checkOptions, show, UsageError } from '../kernel/validate.ts';
import { missingVlanFiltering } from '../links/bridge.ts';
import { isBridgePort } from '../links/bridge-port.ts';
import { kindOf } from '../links/registry.ts';
import { type BridgeVlan, bridgeVlan, rangeOf, type VlanIds } from '../netlink/bridge-vlan.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';
import { checkAlive } from './interface-state.ts';
import { change, watcher } from './watcher.ts';

/** VLANs that a port is to be in, in the words of `bridge vlan add`. */
export interface VlanMembership {
  /** 1 to 4094; or several in a row, as in `'100-199'`. */
  id: VlanIds;
  /** Frames that come in without a tag are of this VLAN. Takes it away from the VLAN that had it. @default false */
  pvid?: boolean;
  /** Frames go out without a tag. @default false */
  untagged?: boolean;
}

const RULE = "a VLAN from 1 to 4094, or several in a row, as in '100-199'";

/**
 * The VLANs of a port of a bridge, or of a bridge itself, as `bridge vlan` has them. A bridge looks at them while its
 * `vlanFiltering` is on. A new port, and a new bridge, is in the bridge's `vlanDefaultPvid`.
 */
export class VlanList {
  readonly #owner: Interface;

  constructor(owner: Interface) {
    this.#owner = owner;
  }

  /**
   * Puts the port into VLANs; those that it is in already change their flags.
   *
   * @throws UsageError for a wrong option; KernelError `EOPNOTSUPP` without `CONFIG_BRIDGE_VLAN_FILTERING`
   * @example port.vlan.add({ id: 10, pvid: true, untagged: true })
   * @example trunk.vlan.add({ id: '100-199' })
   */
  add(vlan: VlanMembership): void {
    const call = `${this.#owner}.vlan.add`;
    change(call, [vlan], () => {
      checkOptions(call, vlan, ['id', 'pvid', 'untagged']);
      const { id, pvid, untagged } = vlan;
      checkIds(call, id);
      checkBoolean(call, 'pvid', pvid);
      checkBoolean(call, 'untagged', untagged);
      const [first, last] = rangeOf(id);
      if (pvid && first !== last)
        throw new UsageError(`${call}: pvid is one VLAN alone (br_process_vlan_info): received id ${show(id)}`);
      this.#send(call, bridgeVlan.add({ ...this.#place, id, pvid, untagged }, CAUSES));
    });
  }

  /**
   * Takes the port out of VLANs. Of those that it is not in, nothing changes (`br_vlan_info`).
   *
   * @example port.vlan.delete({ id: 1 })
   */
  delete(vlan: Pick<VlanMembership, 'id'>): void {
    const call = `${this.#owner}.vlan.delete`;
    change(call, [vlan], () => {
      checkOptions(call, vlan, ['id']);
      checkIds(call, vlan.id);
      this.#send(call, bridgeVlan.delete({ ...this.#place, id: vlan.id }, CAUSES));
    });
  }

  /** What the kernel has now, each VLAN for itself. */
  list(): BridgeVlan[] {
    const { namespace, index } = this.#owner;
    this.#check(`${this.#owner}.vlan.list`);
    watcher()?.asked();
    const all = engineOf(namespace).rtnetlink.list(bridgeVlan.all());
    return all.filter((each) => each.index === index).flatMap(({ vlans }) => vlans);
  }

  /** iproute2's `self`: the bridge's own, as of one more port. */
  get #place(): { index: number; self?: true } {
    const { index } = this.#owner;
    return isOfBridge(this.#owner) ? { index, self: true } : { index };
  }

  #send(call: string, request: ReturnType<typeof bridgeVlan.add>): void {
    this.#check(call);
    engineOf(this.#owner.namespace).rtnetlink.change(request);
  }

  #check(call: string): void {
    checkAlive(this.#owner, call.slice(`${this.#owner}.`.length));
    if (isOfBridge(this.#owner) || isBridgePort(engineOf(this.#owner).link())) return;
    throw new UsageError(`${call}: ${this.#owner} is neither a bridge nor a port of one: only these have VLANs`);
  }
}

const CAUSES = { EOPNOTSUPP: missingVlanFiltering };

function isOfBridge(owner: Interface): boolean {
  return kindOf(owner)?.description.hasPorts === true;
}

function checkIds(call: string, id: unknown): void {
  if (id === undefined) throw new UsageError(`${call}: id must be given: ${RULE}`);
  const isRange = typeof id === 'string' && /^\d+-\d+$/.test(id);
  const [first, last] = isRange ? rangeOf(id as VlanIds) : [id, id];
  const isId = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 4094;
  if (isId(first) && isId(last) && Number(first) <= Number(last)) return;
  throw new UsageError(`${call}: id must be ${RULE}: received ${show(id)}`);
}
