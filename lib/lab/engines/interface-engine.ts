import { hasCode } from '../../base/has-code.ts';
import type { DeviceNumbers } from '../../kernel/sockets/uevents.ts';
import { kindOf } from '../../links/registry.ts';
import { ipAltname } from '../../netlink/altname.ts';
import { type CarrierState, getCarrier, ipLink, type LinkState } from '../../netlink/link.ts';
import type { Causes, Request } from '../../netlink/request.ts';
import { ipToken } from '../../netlink/token.ts';
import type { Interface, InterfacePlace } from '../interface.ts';
import type { InterfaceChange } from '../interface-change.ts';
import { settle } from '../making/settle.ts';
import { engineIfAny, engineOf } from './engine.ts';

/** inet6_set_iftoken */
const TOKEN_CAUSES: Causes = {
  EINVAL:
    'the device must have IPv6 and ask for router advertisements: net.ipv6.conf.<device>.accept_ra must be 1 on a host, 2 on a router; ' +
    'net.ipv6.conf.<device>.router_solicitations must not be 0',
};

/** inet6_validate_link_af */
function causesOfMode({ addrgenmode }: Pick<InterfaceChange, 'addrgenmode'>): Causes {
  if (addrgenmode !== 'stable_secret') return {};
  return { EINVAL: 'stable_secret needs a secret: net.ipv6.conf.<device>.stable_secret, or that of default' };
}

/** What an interface is made from; for the functions that make them. */
export interface InterfaceOrigin extends InterfacePlace {
  name: string;
  mac: string;
  /** Those of its character device, where it has one. */
  numbers?: DeviceNumbers | undefined;
}

/** What is behind an {@link Interface}: what may change of the device, and whether it is there still. */
export class InterfaceEngine {
  name: string;
  mac: string;
  /** Whether the device is a port of a bridge: the kernel can change that at any time. */
  isPort = false;
  /** The device that it belongs to. */
  master: Interface | undefined;
  /** Those of its character device. The kernel tells them only when it makes the device. */
  readonly numbers: DeviceNumbers | undefined;
  readonly #device: Interface;
  #deleted = false;

  constructor(device: Interface, { name, mac, numbers }: InterfaceOrigin) {
    this.#device = device;
    this.name = name;
    this.mac = mac;
    this.numbers = numbers;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  /** What the kernel says of the device now. @throws KernelError `ENODEV` when other software has deleted or moved it */
  link(): LinkState {
    return this.#ask(ipLink.get({ index: this.#device.index }));
  }

  /** As {@link link}, but only what tells whether the device can be sent to. */
  carrier(): CarrierState {
    return this.#ask(getCarrier(this.#device.index));
  }

  #ask<Answer>(request: Request<Answer>): Answer {
    try {
      return engineOf(this.#device.namespace).rtnetlink.get(request);
    } catch (error) {
      if (hasCode(error, 'ENODEV')) this.vanish();
      throw error;
    }
  }

  /** Changes the device. When it returns, the change has reached the carriers of whatever hangs on it. */
  change(change: Omit<InterfaceChange, 'master'>): void {
    const { namespace, index } = this.#device;
    const { rtnetlink } = engineOf(namespace);
    const { altnames, token, ...ofLink } = change;
    if (Object.values(ofLink).some((value) => value !== undefined))
      rtnetlink.change(ipLink.change({ ...ofLink, index }, { ...this.#causes(), ...causesOfMode(ofLink) }));
    if (token !== undefined) rtnetlink.change(ipToken.change({ index, token }, TOKEN_CAUSES));
    if (altnames !== undefined) this.#rename(altnames);
    this.name = change.name ?? this.name;
    if (change.mac !== undefined)
      for (const device of sharingMac(this.#device)) engineOf(device).mac = device.state().mac;
    if (change.up !== undefined) settle(this.#device);
  }

  /** Gives the device these other names, and takes away the rest. */
  #rename(altnames: readonly string[]): void {
    const { namespace, index } = this.#device;
    const now = this.link().altnames;
    const added = altnames.filter((name) => !now.includes(name));
    const gone = now.filter((name) => !altnames.includes(name));
    const causes = { EEXIST: `${namespace.name} has an interface of one of these names already` };
    const { rtnetlink } = engineOf(namespace);
    if (added.length > 0) rtnetlink.change(ipAltname.add({ index, altnames: added }, causes));
    if (gone.length > 0) rtnetlink.change(ipAltname.delete({ index, altnames: gone }));
  }

  /** Takes over what other software has changed. */
  refresh({ name, mac }: Pick<LinkState, 'name' | 'mac'>): void {
    this.name = name;
    this.mac = mac;
  }

  /** Deletes the device for hairpin itself: no watcher is asked, and the lab may be closing. */
  remove(): void {
    if (this.#deleted) return;
    const { namespace, index } = this.#device;
    engineOf(namespace).rtnetlink.change(ipLink.delete({ index }));
    this.#forget();
  }

  /** Notes that the kernel has no such device here any more: other software has deleted or moved it. */
  vanish(): void {
    if (!this.#markDeleted()) return;
    const { peer } = this.#device;
    if (peer) peer.peer = undefined;
    this.#device.peer = undefined;
  }

  /** A cable's other end and the children on top go with a device that is deleted. */
  #forget(): void {
    if (!this.#markDeleted()) return;
    const { peer, children } = this.#device;
    if (peer) engineOf(peer).#forget();
    // A bridge outlives its ports.
    for (const child of children) if (!kindOf(child)?.isMaster) engineOf(child).#forget();
  }

  #markDeleted(): boolean {
    if (this.#deleted) return false;
    this.#deleted = true;
    const { devices } = engineOf(this.#device.namespace);
    devices.remove(this.#device);
    for (const member of devices.all.filter(({ master }) => master === this.#device)) engineOf(member).#leaveMaster();
    return true;
  }

  /** What belonged to a device that is deleted belongs to none (`unregister_netdevice_many`, `ndo_del_slave`). */
  #leaveMaster(): void {
    this.master = undefined;
    this.isPort = false;
  }

  /** The usual causes of a refused change, by errno. */
  #causes(): Causes {
    const { namespace, parent } = this.#device;
    return {
      EEXIST: `${namespace.name} has an interface of this name already`,
      EOPNOTSUPP: 'protodown is for macvlans, vxlans and some NICs (dev_change_proto_down)',
      EBUSY:
        'protodown still has reasons: set({ protodownReasons: [] }) first; or, before Linux 6.2, only a device that is down can be renamed (dev_change_name): set({ up: false }) first',
      ...kindOf(this.#device)?.description.causes?.device?.(String(parent)),
    };
  }
}

/** Whether a value is an interface of a lab. The files that `Interface` is made of cannot import its class. */
export function isInterface(value: unknown): value is Interface {
  return engineIfAny(value) instanceof InterfaceEngine;
}

/** The devices whose MAC address may have changed with this one's: some children have their parent's, and some change it. */
function sharingMac(device: Interface): Interface[] {
  const { parent } = device;
  // A real NIC is in no namespace of the lab.
  const below = parent && 'namespace' in parent && !parent.deleted ? [parent] : [];
  return [...below, ...withChildren(device)];
}

function withChildren(device: Interface): Interface[] {
  const children = [...device.children].filter((child) => !child.deleted);
  return [device, ...children.flatMap(withChildren)];
}
