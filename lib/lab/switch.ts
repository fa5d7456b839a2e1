import { checkOptions, wrongOption } from '../base/validate.ts';
import { bridge } from '../links/bridge.ts';
import type { NewSettingsOf } from '../links/link-kind.ts';
import { engineOf } from './engines/engine.ts';
import { openSwitch } from './engines/switch-engine.ts';
import type { Lab } from './lab.ts';
import type { BridgeChange, BridgeLink } from './making/links.ts';
import { Namespace } from './namespace.ts';
import type { Port } from './port.ts';
import type { Segment } from './segment.ts';
import { Fdb } from './tables/fdb.ts';
import { Mdb } from './tables/mdb.ts';
import { Mst } from './tables/mst.ts';
import { VlanMulticast } from './tables/vlan-multicast.ts';

/** A new switch, in the words of `ip link add … type bridge` (camel-cased). */
export interface SwitchOptions extends NewSettingsOf<typeof bridge> {
  /** The subnets of the segment, at most one of each family. @default the lab's next `10.0.n.0/24` and `fd00:0:0:n::/64` */
  subnets?: readonly string[];
}

/** Makes a switch, with a segment of its own; {@link Lab.switch} is this. */
export function addSwitch(lab: Lab, name: string, options: SwitchOptions): Switch {
  const call = `lab.switch('${name}')`;
  checkOptions(call, options, [...bridge.options.keys(), 'subnets']);
  const { subnets, ...settings } = options;
  bridge.checkNew(call, settings);
  if (subnets !== undefined && (!Array.isArray(subnets) || subnets.length === 0)) {
    throw wrongOption(call, 'subnets', "a list such as ['10.1.0.0/16', 'fd01::/64']", subnets);
  }
  const { segments } = engineOf(lab);
  return segments.addFor(name, (segment) => openSwitch(call, new Switch(lab, name, segment), settings), subnets);
}

/** A namespace that holds one Linux bridge, `br0`: one layer 2 segment. */
export class Switch extends Namespace {
  /** Its segment, from which plugged-in hosts get their addresses. */
  segment: Segment;

  constructor(lab: Lab, name: string, segment: Segment) {
    super(lab, name, 'switch');
    this.segment = segment;
  }

  /** Its bridge, as a device: `sw.br0.vlan` has the VLANs of the bridge itself, iproute2's `self`. */
  get br0(): BridgeLink {
    return engineOf(this).br0;
  }

  /** The ports, in the order in which cables were plugged in. */
  get ports(): readonly Port[] {
    return this.br0.ports;
  }

  /** The forwarding database, as `bridge fdb` has it: which address is behind which port. */
  get fdb(): Fdb {
    return new Fdb(this.br0, this.name);
  }

  /** The multicast database, as `bridge mdb` has it: which ports get the frames of a group. */
  get mdb(): Mdb {
    return new Mdb(this.br0, this.name);
  }

  /** The instances of its spanning trees, as `bridge mst` and `bridge vlan global` have them. */
  get mst(): Mst {
    return new Mst(this.br0, this.name);
  }

  /** The multicast settings of its VLANs, as in `bridge vlan global`. */
  get vlanMulticast(): VlanMulticast {
    return new VlanMulticast(this.br0, this.name);
  }

  /**
   * Changes the bridge, as `ip link set br0 type bridge` does.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example sw.set({ vlanFiltering: true })
   */
  set(change: BridgeChange): this {
    this.br0.set(change);
    return this;
  }
}
