import { addLink } from '../kernel/rtnetlink/link.ts';
import type { Operation, RtnetlinkSocket } from '../kernel/rtnetlink/socket.ts';
import type { AddressOption } from './address-list.ts';
import { Interface } from './interface.ts';
import { checkMacvlanSettings, Macvlan } from './macvlan.ts';
import { type MacvlanMode, macaddrAttributes, macvlanAttributes } from './macvlan-attributes.ts';
import type { Namespace } from './namespace.ts';
import { settle } from './settle.ts';
import { randomMac, Uplink } from './uplink.ts';
import { checkBoolean, checkMac, checkOptions, show, UsageError } from './validate.ts';

/** A new macvlan, in the words of `ip link add … type macvlan`. */
export interface MacvlanOptions {
  /** The device below, in whatever namespace of the lab, or a real NIC (`lab.uplink`). */
  parent: Interface | Uplink;
  /** @default 'vepa', the kernel's own */
  mode?: MacvlanMode;
  /** @default `macvlan0`, `macvlan1` … */
  name?: string;
  /** @default the segment's next addresses, IPv4 and IPv6; on a real NIC none */
  address?: AddressOption;
  /** Not with `passthru`, whose child has its parent's. @default one derived from the device's index; on a real NIC a random one */
  mac?: string;
  /** @default the parent's */
  mtu?: number;
  /** @default true */
  up?: boolean;
  /** @default false */
  promiscuous?: boolean;
  /** passthru: leave the parent's promiscuity alone. @default false */
  nopromisc?: boolean;
  /** source: a frame of a listed address goes to nobody else. @default false */
  nodst?: boolean;
  /** source: the MAC addresses that it hears. @default none */
  macaddr?: readonly string[];
  /** How many broadcasts wait for the parent's worker, 0 to 2³²−1. @default the kernel's 1000 */
  bcqueuelen?: number;
}

const OPTIONS = [
  'parent',
  'mode',
  'name',
  'address',
  'mac',
  'mtu',
  'up',
  'promiscuous',
  'nopromisc',
  'nodst',
  'macaddr',
  'bcqueuelen',
] as const satisfies readonly (keyof MacvlanOptions)[];

/** Makes a macvlan on a parent, in a namespace; {@link Namespace.macvlan} is this. */
export function addMacvlan(namespace: Namespace, options: MacvlanOptions): Macvlan {
  const call = `${namespace.name}.macvlan`;
  checkOptions(call, options, OPTIONS);
  const { parent, mode = 'vepa', up = true, promiscuous = false, mtu, macaddr, address } = options;
  checkParent(call, namespace, parent);
  checkNewSettings(call, options);
  if (mode === 'passthru' && options.mac !== undefined) {
    throw new UsageError(
      `${call}: mac cannot be chosen in mode passthru, whose child has its parent's MAC address (${parent.mac})`,
    );
  }
  if (mode !== 'passthru' && options.nopromisc)
    throw new UsageError(`${call}: nopromisc belongs to mode passthru: received mode ${mode}`);
  if (mode !== 'source' && (macaddr || options.nodst)) {
    throw new UsageError(`${call}: ${macaddr ? 'macaddr' : 'nodst'} belongs to mode source: received mode ${mode}`);
  }
  const origin = namespace.newInterface(call, 'macvlan', {
    ...(parent instanceof Uplink ? { mac: randomMac() } : {}),
    ...options,
    base: 'macvlan',
    segment: parent.segment,
  });
  // macvlan_common_newlink gives a passthru child its parent's address, whatever was asked for.
  const mac = mode === 'passthru' ? parent.mac : origin.mac;
  addLink(
    socketOf(parent),
    { index: origin.index, name: origin.name, mac: mode === 'passthru' ? undefined : mac, mtu, up, promiscuous },
    {
      kind: 'macvlan',
      link: parent.index,
      namespace: namespace.handle,
      data: [...macvlanAttributes({ ...options, mode }), ...(macaddr ? macaddrAttributes('set', macaddr) : [])],
    },
    createOperation(namespace, origin.name, parent, mode),
  );
  const macvlan = namespace.adopt(new Macvlan({ ...origin, mac }, parent), {
    address,
    mtu: mtu ?? parent.state().mtu,
  });
  if (up) settle(macvlan);
  return macvlan;
}

function checkParent(call: string, namespace: Namespace, parent: unknown): asserts parent is Interface | Uplink {
  if (!(parent instanceof Interface || parent instanceof Uplink)) {
    throw new UsageError(
      `${call}: parent must be an interface of this lab, such as an end of a cable: received ${show(parent)}`,
    );
  }
  const { lab } = parent instanceof Uplink ? parent : parent.namespace;
  if (lab !== namespace.lab) {
    throw new UsageError(`${call}: parent must be an interface of the same lab: received ${parent}, of another`);
  }
  if (parent.deleted) throw new UsageError(`${call}: parent ${parent} has been deleted`);
}

function checkNewSettings(call: string, options: MacvlanOptions): void {
  checkMacvlanSettings(call, options);
  checkBoolean(call, 'nodst', options.nodst);
  const { macaddr } = options;
  if (macaddr === undefined) return;
  if (!Array.isArray(macaddr)) {
    throw new UsageError(`${call}: macaddr must be a list of MAC addresses: received ${show(macaddr)}`);
  }
  for (const mac of macaddr) checkMac(call, 'macaddr', mac);
}

/** The parent's own: a macvlan's message goes where its parent is, and names the namespace that it is made in. */
function socketOf(parent: Interface | Uplink): RtnetlinkSocket {
  return parent instanceof Uplink ? parent.rtnetlink : parent.namespace.rtnetlink;
}

function createOperation(namespace: Namespace, name: string, parent: Interface | Uplink, mode: MacvlanMode): Operation {
  const where = parent instanceof Uplink ? 'ip' : `ip -n ${parent.namespace.name}`;
  return {
    operation: `${where} link add ${name} link ${parent.name} netns ${namespace.name} type macvlan mode ${mode}`,
    causes: {
      EINVAL: () => usualCauseOfInvalid(parent, mode),
      EBUSY: `${parent} ${parent instanceof Uplink ? 'carries an ipvlan, or belongs to a bridge, bond or the like,' : 'is a bridge port'} already; a device has one rx_handler (netdev_rx_handler_register)`,
      EADDRINUSE: `a macvlan of ${parent}, or ${parent} itself, has this MAC address (macvlan_addr_busy)`,
      EEXIST: `${namespace.name} has an interface ${name} already`,
      EOPNOTSUPP: 'this kernel has no macvlan: it needs CONFIG_MACVLAN (modprobe macvlan)',
    },
  };
}

function usualCauseOfInvalid(parent: Interface | Uplink, mode: MacvlanMode): string {
  const siblings = [...parent.children].filter((child): child is Macvlan => child instanceof Macvlan && !child.deleted);
  const alone = siblings.length > 0 && (mode === 'passthru' || siblings.some((child) => child.mode === 'passthru'));
  if (alone) return `a passthru parent takes one child only, and ${parent} has ${siblings.join(', ')}`;
  const mtu = `the MTU must not be larger than that of ${parent} (${parent.state().mtu}), and the parent must be Ethernet`;
  if (!(parent instanceof Uplink)) return mtu;
  const others = parent.foreignChildren();
  return `${mtu}; or a passthru macvlan is, or would be, on ${parent} beside another (${others.join(', ') || 'in another namespace'}): it takes one child only`;
}
