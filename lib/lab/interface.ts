import { inspect } from 'node:util';
import { pick } from '../base/plain-object.ts';
import { checkOptions } from '../base/validate.ts';
import { visible } from '../base/visible-text.ts';
import { checkPortOptions, PORT_OPTIONS, type PortOptions, portSettings, portStatus } from '../links/bridge-port.ts';
import { hasPorts, kindOf, memberSettingsOf, settingsOf } from '../links/registry.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import type { Bridge } from './bridge.ts';
import { engineOf } from './engines/engine.ts';
import { ask, change } from './engines/watcher.ts';
import { type Impairment, type ImpairOptions, impair } from './faults/impairment.ts';
import { checkInterfaceChange, INTERFACE_CHANGES, type InterfaceChange, refuseMac } from './interface-change.ts';
import { stateIfThere } from './interface-state.ts';
import { checkInterfaceOf, checkLinkedDevices, withDevices } from './making/linked-devices.ts';
import { checkMaster, setMaster } from './making/master.ts';
import { changeMemberSettings, checkMemberSettings, masterKindAfter } from './making/member-settings.ts';
import { refuseIgnored, refuseIgnoredOfPort } from './making/refuse-ignored.ts';
import { changeApart, readApart, readApartOfMember } from './making/settings-apart.ts';
import type { Namespace } from './namespace.ts';
import {
  type BackupOption,
  backupOf,
  changeBackupPort,
  changePort,
  checkBackupPort,
  refusePortOptions,
} from './port.ts';
import type { Segment } from './segment.ts';
import { AddressList } from './tables/address-list.ts';
import { FilterList } from './tables/filter-list.ts';
import { QdiscList } from './tables/qdisc-list.ts';
import { VlanList } from './tables/vlan-list.ts';
import type { Uplink } from './uplink.ts';

/** What an interface is on, and keeps for life. */
export interface InterfacePlace {
  namespace: Namespace;
  index: number;
  kind: string;
  segment: Segment | undefined;
  /** The device below. */
  parent?: Interface | Uplink | undefined;
}

/** A network device of a lab. */
export class Interface {
  readonly namespace: Namespace;
  /** The kernel's number of it (ifindex). */
  readonly index: number;
  /** `veth`, `macvlan` …, as `ip -d link` shows it. */
  readonly kind: string;
  /** The network of layer 2 that it is on, with its subnets; undefined if it is on none. */
  readonly segment: Segment | undefined;
  /** As `ip address`. @example eth0.address.add('10.0.0.9/24') */
  readonly address: AddressList;
  /** Its VLANs as a bridge, or as the port of one. */
  readonly vlan: VlanList;
  /** Its queueing disciplines, the places of filters among them. */
  readonly qdisc: QdiscList;
  /** Its filters of traffic control. */
  readonly filter: FilterList;
  /** The device below, in any namespace of the lab. The parent of a macvlan may be a real NIC, outside the lab. */
  readonly parent: Interface | Uplink | undefined;
  /** The other end, if the device is one end of a cable. */
  peer: Interface | undefined;
  /** Devices on top of this one, wherever they are: macvlans, ipvlans, vlans, or the bridge or bond that it belongs to. */
  readonly children = new Set<Interface>();

  constructor({ namespace, index, kind, segment, parent }: InterfacePlace) {
    this.namespace = namespace;
    this.index = index;
    this.kind = kind;
    this.segment = segment;
    this.address = new AddressList(this);
    this.vlan = new VlanList(this);
    this.qdisc = new QdiscList(this);
    this.filter = new FilterList(this);
    this.parent = parent;
    parent?.children.add(this);
  }

  /** Its name in its namespace, such as `eth0`. */
  get name(): string {
    return engineOf(this).name;
  }

  /** Its MAC address now. */
  get mac(): string {
    return engineOf(this).mac;
  }

  /** Whether it is a port of a bridge, on a switch or on a host. The kernel can change that at any time. */
  get isPort(): boolean {
    return engineOf(this).isPort;
  }

  /** The device that it belongs to: a bridge, a bond, a VRF. The master of a switch's port is `sw.br0`. */
  get master(): Interface | undefined {
    return engineOf(this).master;
  }

  /** The bridge that it is a port of. */
  get bridge(): Bridge | undefined {
    const { master } = this;
    return master && hasPorts(master) ? (master as Bridge) : undefined;
  }

  /** Whether it, or a device that it depends on, has been deleted. */
  get deleted(): boolean {
    return engineOf(this).deleted;
  }

  /** The settings of its kind, and those of a bridge port, as the kernel has them now. */
  get settings(): object {
    ask(`${this}.settings`, this);
    const link = engineOf(this).link();
    const kind = kindOf(link);
    const apart = kind ? readApart(this, kind) : {};
    return {
      ...withDevices(this, { ...settingsOf(link), ...apart }),
      ...portSettings(link),
      ...memberSettingsOf(link),
      ...readApartOfMember(this),
      ...portStatus(link),
      ...backupOf(this, link),
    };
  }

  /**
   * Changes a live interface, as `ip link set` does, and `bridge link set` for a port. When it returns, the carriers of the
   * devices that depend on the interface have followed.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example port.set({ up: false })
   * @example eth0.set({ master: vrf })
   * @example eth0.set({ master: bridge, hairpin: true })
   */
  set(options: InterfaceChange & PortOptions & BackupOption): this {
    change(`${this}.set`, this, [options], (call) => this.#set(call, options));
    return this;
  }

  #set(call: string, options: InterfaceChange): void {
    const kind = kindOf(this);
    const fixed = kind?.description.fixedMac?.({});
    if (fixed && this.parent) refuseMac(call, options, fixed, this.parent);
    const ofDevice = INTERFACE_CHANGES.filter((option) => option !== 'mac' || !fixed);
    const isPort = willBePort(this, options);
    const ofPort = isPort ? PORT_OPTIONS : [];
    const ofKind = kind?.liveOptions ?? [];
    const above = masterKindAfter(this, options);
    const ofMember = [...(above?.memberOptions.keys() ?? [])];
    const known = [...ofPort, ...(isPort ? ['backupPort'] : []), ...ofDevice, ...ofKind, ...ofMember];
    if (!isPort) refusePortOptions(call, options, known, `${this} is no port`);
    checkOptions(call, options, known);
    if (isPort) checkPortOptions(call, options as PortOptions);
    checkInterfaceChange(call, options);
    checkMemberSettings(call, above, options);
    if (options.master !== undefined && options.master !== false)
      checkInterfaceOf(call, 'master', options.master, this.namespace, ', or false for none');
    if (options.master) checkMaster(call, this, options.master);
    checkLinkedDevices(call, this.namespace, kind, options);
    const { backupPort } = options as BackupOption;
    checkBackupPort(call, options.master || this.bridge, this, backupPort);
    kind?.checkChange(call, pick(options, ofKind), () => kind.of(this.state()));
    const settings = pick(options, ofKind);
    if (kind) changeApart(this, kind, settings);
    if (kind && Object.entries(settings).some(([name, value]) => value !== undefined && !kind.apart.includes(name))) {
      const unchanged = kind.description.changesWhole ? kind.of(this.state()) : {};
      const link = { index: this.index, ...kind.as({ ...unchanged, ...settings }) };
      engineOf(this.namespace).rtnetlink.change(ipLink.change(link, kind.description.causes?.settings));
      refuseIgnored(call, this, kind, settings);
    }
    const { master, ...changes } = pick(options, ofDevice);
    // A bond takes only devices that are down (bond_enslave), and brings them up itself.
    const { up, ...others } = changes;
    const was = this.master ?? false;
    const wasUp = master !== undefined && up === false && stateIfThere(this)?.up === true;
    if (master !== undefined && up === false) engineOf(this).change({ up });
    if (master !== undefined) setMaster(this, master);
    const ofDeviceNow: Omit<InterfaceChange, 'master'> = master !== undefined && up === false ? others : changes;
    try {
      if (this.isPort) {
        const parts = { ofPort: pick(options, ofPort) as PortOptions, ofDevice: ofDeviceNow };
        changePort(this, { ...parts, change: (change) => engineOf(this).change(change) });
        refuseIgnoredOfPort(call, this, parts.ofPort);
        if (backupPort !== undefined) changeBackupPort(this, backupPort);
      } else if (Object.keys(ofDeviceNow).length > 0) engineOf(this).change(ofDeviceNow);
      changeMemberSettings(call, this, above, options);
    } catch (error) {
      if (master !== undefined) setMaster(this, was);
      if (wasUp) engineOf(this).change({ up: true });
      throw error;
    }
  }

  /**
   * Impairs what this interface sends: packets are delayed, lost, duplicated, reordered, corrupted, or limited to a rate.
   * It does not change what the interface receives: for both directions, impair the other end, too.
   *
   * @returns a handle that clears it, at the latest at the end of its scope
   * @throws UsageError for a wrong option, or a device that has a queueing discipline already; KernelError without netem
   * (`CONFIG_NET_SCH_NETEM`), which a rate alone does not need
   * @example using slow = eth0.impair({ delay: 20, jitter: 5, loss: 1, rate: '10mbit' })
   */
  impair(options: ImpairOptions): Impairment {
    return impair(this, options);
  }

  /** Deletes the device; a cable's other end and the children on top go with it. A second call does nothing. */
  delete(): void {
    if (this.deleted) return;
    change(`${this}.delete`, this, [], () => engineOf(this).remove());
  }

  /** The device's state in the kernel now. @throws KernelError `ENODEV` when other software has deleted or moved it */
  state(): LinkState {
    ask(`${this}.state`, this);
    return engineOf(this).link();
  }

  /** As in `ns1/m1`. */
  toString(): string {
    return `${this.namespace.name}/${this.name}`;
  }

  /** vitest copies what is a mere object before it shows a difference, and a copy is in no lab. */
  get [Symbol.toStringTag](): string {
    return 'Interface';
  }

  /** Differences and JSON show only the name: the object leads to the whole lab. */
  toJSON(): string {
    return this.toString();
  }

  /** `macvlan ns1/m1`, for `console.log`. */
  [inspect.custom](): string {
    return visible(`${this.kind} ${this}`);
  }
}

/** Whether an interface is a port of a bridge after a change. */
function willBePort({ isPort }: Interface, options: InterfaceChange): boolean {
  const { master }: InterfaceChange = options ?? {};
  if (master === undefined) return isPort;
  return master instanceof Interface && hasPorts(master);
}
