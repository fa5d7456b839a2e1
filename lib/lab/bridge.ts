import { hasPorts } from '../links/registry.ts';
import { engineOf } from './engines/engine.ts';
import { Interface } from './interface.ts';
import type { Port } from './port.ts';
import { Fdb } from './tables/fdb.ts';
import { Mdb } from './tables/mdb.ts';
import { Mst } from './tables/mst.ts';
import { VlanMulticast } from './tables/vlan-multicast.ts';

/**
 * A Linux bridge. Its namespace's own stack is connected like one more port (`br_pass_frame_up`). A `Switch` is a
 * namespace with a bridge and nothing else.
 */
export class Bridge extends Interface {
  /** Its ports that are interfaces of the lab, in the order of their creation. */
  get ports(): readonly Port[] {
    return this.namespace.interfaces.filter((device): device is Port => device.bridge === this);
  }

  /** The forwarding database: which address is behind which port. */
  get fdb(): Fdb {
    return new Fdb(this);
  }

  /** The multicast database: which ports get the frames of a group. */
  get mdb(): Mdb {
    return new Mdb(this);
  }

  /** The instances of its spanning trees: the VLANs of each, and its states at the ports. */
  get mst(): Mst {
    return new Mst(this);
  }

  /** The multicast settings of its VLANs, as in `bridge vlan global`. */
  get vlanMulticast(): VlanMulticast {
    return new VlanMulticast(this);
  }

  /** As the kernel has it now: the least MAC address of its ports, unless one was set (`br_stp_recalculate_bridge_id`). */
  override get mac(): string {
    const { mac } = this.deleted || this.namespace.lab.closed ? engineOf(this) : engineOf(this).link();
    return mac;
  }
}

/** Whether an interface is a bridge. */
export function isBridge(device: unknown): device is Bridge {
  return device instanceof Interface && hasPorts(device);
}
