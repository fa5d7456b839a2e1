import { randomBytes } from 'node:crypto';
import { checkInterfaceName, show, UsageError } from '../base/validate.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { startingNamespace } from '../kernel/namespaces/starting-namespace.ts';
import { wirelessDevices } from '../kernel/tables/wireless.ts';
import { macvlan } from '../links/macvlan.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { NetlinkSocket } from '../netlink/socket.ts';
import { ARPHRD } from '../wire/arp.ts';
import { bytesToMac } from '../wire/mac-address.ts';
import { engineOf, setEngine } from './engines/engine.ts';
import { UplinkEngine } from './engines/uplink-engine.ts';
import type { Interface } from './interface.ts';
import type { Lab } from './lab.ts';
import { namesOf } from './names.ts';

/**
 * A real NIC of the machine, as the parent of macvlans of a lab. hairpin neither moves nor changes it, and only reads its
 * state. The kernel undoes by itself what the macvlans needed, promiscuity for example, when they end
 * (`macvlan_stop`, `macvlan_port_destroy`).
 */
export class Uplink {
  readonly lab: Lab;
  readonly name: string;
  readonly index: number;
  /** The macvlans of this lab on it. */
  readonly children = new Set<Interface>();
  /** The lab gives out no addresses of a real network. */
  readonly segment = undefined;
  readonly deleted = false;

  constructor(lab: Lab, { index, name }: { index: number; name: string }) {
    this.lab = lab;
    this.name = name;
    this.index = index;
  }

  get mac(): string {
    return this.state().mac;
  }

  /** The NIC's state in the kernel now. @throws KernelError `ENODEV` when it is no longer there */
  state(): LinkState {
    return engineOf(this).rtnetlink.get(ipLink.get({ index: this.index }));
  }

  /** The macvlans and macvtaps on it in the NIC's own network namespace. Those in other namespaces cannot be seen. */
  foreignChildren(): string[] {
    return engineOf(this)
      .rtnetlink.list(ipLink.all())
      .filter((each) => macvlan.is(each) && each.link === this.index && each.linkNamespaceId === undefined)
      .map(({ name }) => name);
  }

  toString(): string {
    return this.name;
  }
}

/** Finds a NIC by its name; {@link Lab.uplink} is this. */
export function openUplink(lab: Lab, name: string): Uplink {
  checkInterfaceName('lab.uplink', name);
  const { netns, rtnetlink } = enterStartingNamespace(lab, name);
  const links = rtnetlink.list(ipLink.all());
  const link = links.find((each) => each.name === name);
  if (!link) {
    const names = links.filter(({ hardware }) => hardware !== ARPHRD.LOOPBACK).map((each) => each.name);
    throw new UsageError(
      `lab.uplink: there is no NIC ${show(name)} in the network that this run was started from; it has ${names.join(', ') || 'none'}`,
    );
  }
  const reason = whyNot(link, links, netns);
  if (reason) throw new UsageError(`lab.uplink: ${name} ${reason}`);
  const uplink = new Uplink(lab, link);
  setEngine(uplink, new UplinkEngine(uplink, netns, rtnetlink));
  return uplink;
}

/**
 * A locally administered address that no other run has: a child of a real NIC shares its switch with the children of
 * whoever else runs the same spec.
 */
export function randomMac(): string {
  return bytesToMac([0x02, ...randomBytes(5)]);
}

/** The network that the NIC is in, and a socket there. */
function enterStartingNamespace(lab: Lab, name: string): Pick<UplinkEngine, 'netns' | 'rtnetlink'> {
  try {
    const netns = startingNamespace();
    const rtnetlink = netns.run(() => new NetlinkSocket({ names: namesOf(lab) }));
    return { netns, rtnetlink: engineOf(lab).resources.add(rtnetlink) };
  } catch (error) {
    const { code, errno = 0 } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'EACCES') throw error;
    throw new KernelError({
      operation: `lab.uplink('${name}'): entering the network that this run was started from`,
      errno: Math.abs(errno),
      cause:
        'a real NIC needs root there: run as root. Otherwise hairpin is root only of a user namespace, which may not ' +
        "use the machine's devices",
    });
  }
}

/** Why macvlans cannot hang on a NIC, or would hear nothing there. */
function whyNot(link: LinkState, links: readonly LinkState[], netns: NetNamespace): string | undefined {
  const { name, hardware, master, up, carrier } = link;
  if (hardware === ARPHRD.LOOPBACK) return 'is the loopback, which leads nowhere: name a NIC with a cable';
  // macvlan_port_create takes nothing else.
  if (hardware !== ARPHRD.ETHER)
    return `is no Ethernet device (its hardware type is ${hardware}), which a macvlan needs`;
  if (master !== undefined) {
    const of = links.find(({ index }) => index === master);
    return `belongs to ${of ? `the ${of.kind ?? 'device'} ${of.name}` : 'another device'} already; a device has one rx_handler (netdev_rx_handler_register)`;
  }
  if (wirelessDevices(netns).includes(name)) {
    return 'is wireless: an access point accepts only frames from the MAC address that associated (IEEE 802.11 clause 11.3), so macvlans hear nothing there';
  }
  if (!up) return `is down, and hairpin does not change a real NIC: ip link set dev ${name} up`;
  if (!carrier) return 'has no carrier: is its cable plugged in, and the switch on?';
  return undefined;
}
