import { u16, u32 } from '../kernel/bytes.ts';
import { type Attribute, decodeAttributes, listAttributes } from '../kernel/rtnetlink/attribute.ts';
import { addLink, setLinkData } from '../kernel/rtnetlink/link.ts';
import type { Operation } from '../kernel/rtnetlink/socket.ts';
import { bytesToMac, macToBytes } from '../wire/mac-address.ts';
import type { AddressOption } from './address-list.ts';
import {
  checkInterfaceChange,
  INTERFACE_CHANGES,
  Interface,
  type InterfaceChange,
  type InterfaceOrigin,
} from './interface.ts';
import type { Namespace } from './namespace.ts';
import { settle } from './settle.ts';
import { checkBoolean, checkInteger, checkMac, checkOneOf, checkOptions, show, UsageError } from './validate.ts';

// enum IFLA_MACVLAN_*, linux/if_link.h
const IFLA_MACVLAN_MODE = 1;
const IFLA_MACVLAN_FLAGS = 2;
const IFLA_MACVLAN_MACADDR_MODE = 3;
const IFLA_MACVLAN_MACADDR = 4;
const IFLA_MACVLAN_MACADDR_DATA = 5;
const IFLA_MACVLAN_BC_QUEUE_LEN = 7;
const MACVLAN_FLAG_NOPROMISC = 1;
const MACVLAN_FLAG_NODST = 2;
const MACADDR_MODES = { add: 0, del: 1, flush: 2, set: 3 } as const;

/** `MACVLAN_MODE_*`. */
const MODE_NUMBERS = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const;
export type MacvlanMode = keyof typeof MODE_NUMBERS;
export const MACVLAN_MODES = Object.keys(MODE_NUMBERS) as MacvlanMode[];

/** A new macvlan, in the words of `ip link add … type macvlan`. */
export interface MacvlanOptions {
  /** The device below, in whatever namespace of the lab. */
  parent: Interface;
  /** @default 'vepa', the kernel's own */
  mode?: MacvlanMode;
  /** @default `macvlan0`, `macvlan1` … */
  name?: string;
  /** @default the segment's next addresses, IPv4 and IPv6 */
  address?: AddressOption;
  /** Not with `passthru`, whose child has its parent's. @default one derived from the device's index */
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

/** Live changes of a macvlan. */
export interface MacvlanChange extends InterfaceChange {
  /** Passthru cannot be entered or left (`macvlan_changelink`). */
  mode?: MacvlanMode;
  nopromisc?: boolean;
  bcqueuelen?: number;
}

/** A macvlan interface: a second MAC address on its parent, in a namespace of its own. */
export class Macvlan extends Interface {
  readonly parent: Interface;
  /** The list of MAC addresses that a `source` macvlan hears, as `ip link set … type macvlan macaddr` changes it. */
  readonly macaddr: MacaddrList;

  constructor(origin: InterfaceOrigin, parent: Interface) {
    super(origin);
    // On top of a macvlan the kernel takes the device below that one (macvlan_common_newlink).
    this.parent = parent instanceof Macvlan ? parent.parent : parent;
    this.macaddr = new MacaddrList(this);
    this.parent.children.add(this);
  }

  /** The mode that the kernel has it in now. */
  get mode(): MacvlanMode {
    const number = decodeAttributes(this.state().data ?? Buffer.alloc(0))
      .get(IFLA_MACVLAN_MODE)
      ?.readUInt32LE(0);
    const mode = MACVLAN_MODES.find((name) => MODE_NUMBERS[name] === number);
    if (!mode) throw new Error(`${this}: the kernel says mode ${number}, which hairpin does not know`);
    return mode;
  }

  /**
   * @throws KernelError `EINVAL` when `mode` enters or leaves passthru
   * @example m1.set({ mode: 'bridge' })
   */
  override set(options: MacvlanChange): this {
    this.checkAlive('set');
    const call = `${this}.set`;
    checkOptions(call, options, [...INTERFACE_CHANGES, 'mode', 'nopromisc', 'bcqueuelen']);
    const { mode, nopromisc, bcqueuelen, ...change } = options;
    checkInterfaceChange(call, change);
    checkKindOptions(call, { mode, nopromisc, bcqueuelen });
    // The flags are one word: set on another mode, it would take a source child's nodst away.
    if (nopromisc !== undefined && this.mode !== 'passthru')
      throw new UsageError(`${call}: nopromisc belongs to mode passthru: received mode ${this.mode}`);
    const data = kindAttributes({ mode, nopromisc, bcqueuelen });
    if (data.some(([, value]) => value !== undefined)) {
      this.setData(data, { mode, nopromisc, bcqueuelen });
    }
    if (Object.keys(change).length > 0) super.set(change);
    return this;
  }

  /** Changes kind-specific attributes; `words` are those of the operation in an error. */
  setData(data: readonly Attribute[], words: Record<string, unknown>): void {
    this.checkAlive('set');
    const text = Object.entries(words).filter(([, value]) => value !== undefined);
    setLinkData(this.namespace.rtnetlink, this.index, 'macvlan', data, {
      operation: `ip -n ${this.namespace.name} link set ${this.name} type macvlan ${text.map((pair) => pair.join(' ')).join(' ')}`,
      causes: {
        EINVAL:
          'passthru can be neither entered nor left by a live macvlan, and MAC addresses can be listed in mode source ' +
          'only (macvlan_changelink): delete it and make it anew',
      },
    });
  }

  protected override sharingMac(): Interface[] {
    return this.parent.deleted ? super.sharingMac() : [...super.sharingMac(), this.parent];
  }
}

/** The addresses of a `source` macvlan (`IFLA_MACVLAN_MACADDR`). */
export class MacaddrList {
  readonly #macvlan: Macvlan;

  constructor(macvlan: Macvlan) {
    this.#macvlan = macvlan;
  }

  add(mac: string): void {
    this.#change('add', mac);
  }

  /** Deleting an address that is not on the list does nothing, as in the kernel. */
  delete(mac: string): void {
    this.#change('del', mac);
  }

  /** Empties the list: the macvlan hears nobody. */
  flush(): void {
    this.#macvlan.setData([[IFLA_MACVLAN_MACADDR_MODE, u32(MACADDR_MODES.flush)]], { macaddr: 'flush' });
  }

  /** Replaces the whole list. */
  set(macs: readonly string[]): void {
    for (const mac of macs) checkMac(`${this.#macvlan}.macaddr.set`, 'macaddr', mac);
    this.#macvlan.setData(macaddrAttributes(macs), { macaddr: `set ${macs.join(' ')}` });
  }

  /** The list as the kernel has it. */
  list(): string[] {
    const data = decodeAttributes(this.#macvlan.state().data ?? Buffer.alloc(0)).get(IFLA_MACVLAN_MACADDR_DATA);
    return listAttributes(data ?? Buffer.alloc(0)).map(([, mac]) => bytesToMac(mac));
  }

  #change(how: 'add' | 'del', mac: string): void {
    checkMac(`${this.#macvlan}.macaddr.${how === 'del' ? 'delete' : how}`, 'mac', mac);
    this.#macvlan.setData(
      [
        [IFLA_MACVLAN_MACADDR_MODE, u32(MACADDR_MODES[how])],
        [IFLA_MACVLAN_MACADDR, macToBytes(mac)],
      ],
      { macaddr: `${how} ${mac}` },
    );
  }
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
  checkKindOptions(call, options);
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
  const origin = namespace.newInterface(call, 'macvlan', { ...options, base: 'macvlan', segment: parent.segment });
  // macvlan_common_newlink gives a passthru child its parent's address, whatever was asked for.
  const mac = mode === 'passthru' ? parent.mac : origin.mac;
  addLink(
    parent.namespace.rtnetlink,
    { index: origin.index, name: origin.name, mac: mode === 'passthru' ? undefined : mac, mtu, up, promiscuous },
    {
      kind: 'macvlan',
      link: parent.index,
      namespace: namespace.handle,
      data: [...kindAttributes({ ...options, mode }), ...(macaddr ? macaddrAttributes(macaddr) : [])],
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

/** A macvlan's settings as the kernel has them (`IFLA_INFO_DATA`), in the words of {@link MacvlanOptions}. */
export function macvlanSettings(data: Buffer) {
  const attributes = decodeAttributes(data);
  const mode = attributes.get(IFLA_MACVLAN_MODE)?.readUInt32LE(0);
  const flags = attributes.get(IFLA_MACVLAN_FLAGS)?.readUInt16LE(0) ?? 0;
  const macaddr = attributes.get(IFLA_MACVLAN_MACADDR_DATA) ?? Buffer.alloc(0);
  const bcqueuelen = attributes.get(IFLA_MACVLAN_BC_QUEUE_LEN)?.readUInt32LE(0);
  return {
    mode: MACVLAN_MODES.find((name) => MODE_NUMBERS[name] === mode) ?? String(mode),
    macaddr: listAttributes(macaddr).map(([, mac]) => bytesToMac(mac)),
    nopromisc: (flags & MACVLAN_FLAG_NOPROMISC) !== 0,
    nodst: (flags & MACVLAN_FLAG_NODST) !== 0,
    ...(bcqueuelen === undefined ? {} : { bcqueuelen }),
  };
}

function checkParent(call: string, namespace: Namespace, parent: unknown): asserts parent is Interface {
  if (!(parent instanceof Interface)) {
    throw new UsageError(
      `${call}: parent must be an interface of this lab, such as an end of a cable: received ${show(parent)}`,
    );
  }
  if (parent.namespace.lab !== namespace.lab) {
    throw new UsageError(`${call}: parent must be an interface of the same lab: received ${parent}, of another`);
  }
  if (parent.deleted) throw new UsageError(`${call}: parent ${parent} has been deleted`);
}

function checkKindOptions(
  call: string,
  options: Partial<MacvlanOptions> | { [K in 'mode' | 'nopromisc' | 'bcqueuelen']: unknown },
): void {
  const { mode, nopromisc, bcqueuelen } = options;
  if (mode !== undefined) checkOneOf(call, 'mode', mode, MACVLAN_MODES);
  checkBoolean(call, 'nopromisc', nopromisc);
  checkInteger(call, 'bcqueuelen', bcqueuelen, 0, 0xffff_ffff);
  if ('nodst' in options) checkBoolean(call, 'nodst', options.nodst);
  if ('macaddr' in options && options.macaddr !== undefined) {
    if (!Array.isArray(options.macaddr)) {
      throw new UsageError(`${call}: macaddr must be a list of MAC addresses: received ${show(options.macaddr)}`);
    }
    for (const mac of options.macaddr) checkMac(call, 'macaddr', mac);
  }
}

function kindAttributes(options: {
  mode?: MacvlanMode | undefined;
  nopromisc?: boolean | undefined;
  nodst?: boolean | undefined;
  bcqueuelen?: number | undefined;
}): Attribute[] {
  const { mode, nopromisc, nodst, bcqueuelen } = options;
  const flags = (nopromisc ? MACVLAN_FLAG_NOPROMISC : 0) | (nodst ? MACVLAN_FLAG_NODST : 0);
  return [
    [IFLA_MACVLAN_MODE, mode && u32(MODE_NUMBERS[mode])],
    [IFLA_MACVLAN_FLAGS, nopromisc === undefined && nodst === undefined ? undefined : u16(flags)],
    [IFLA_MACVLAN_BC_QUEUE_LEN, bcqueuelen === undefined ? undefined : u32(bcqueuelen)],
  ];
}

function macaddrAttributes(macs: readonly string[]): Attribute[] {
  return [
    [IFLA_MACVLAN_MACADDR_MODE, u32(MACADDR_MODES.set)],
    [IFLA_MACVLAN_MACADDR_DATA, macs.map((mac) => [IFLA_MACVLAN_MACADDR, macToBytes(mac)] as const)],
  ];
}

function createOperation(namespace: Namespace, name: string, parent: Interface, mode: MacvlanMode): Operation {
  return {
    operation: `ip -n ${parent.namespace.name} link add ${name} link ${parent.name} netns ${namespace.name} type macvlan mode ${mode}`,
    causes: {
      EINVAL: () => usualCauseOfInvalid(parent, mode),
      EBUSY: `${parent} is a bridge port already; a device has one rx_handler (netdev_rx_handler_register)`,
      EADDRINUSE: `a macvlan of ${parent}, or ${parent} itself, has this MAC address (macvlan_addr_busy)`,
      EEXIST: `${namespace.name} has an interface ${name} already`,
      EOPNOTSUPP: 'this kernel has no macvlan: it needs CONFIG_MACVLAN (modprobe macvlan)',
    },
  };
}

function usualCauseOfInvalid(parent: Interface, mode: MacvlanMode): string {
  const siblings = [...parent.children].filter((child): child is Macvlan => child instanceof Macvlan && !child.deleted);
  const alone = siblings.length > 0 && (mode === 'passthru' || siblings.some((child) => child.mode === 'passthru'));
  if (alone) return `a passthru parent takes one child only, and ${parent} has ${siblings.join(', ')}`;
  return `the MTU must not be larger than that of ${parent} (${parent.state().mtu}), and the parent must be Ethernet`;
}
