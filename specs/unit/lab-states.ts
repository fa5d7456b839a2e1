import type { AddressState } from '../../lib/netlink/address.ts';
import type { LabNamespace, WholeLabState, WholeNamespace } from '../../lib/report/lab-state.ts';
import type { Link, LinkPlace } from '../../lib/state/network-state.ts';
import { familyOf } from '../../lib/wire/ip-address.ts';

/** What is said of a device; the others are named as in `a/eth0`. */
interface LinkOverrides extends Partial<Omit<Link, 'peer' | 'lower' | 'master'>> {
  peer?: string;
  lower?: string;
  master?: string;
  addresses?: string[];
}

/** The state of a lab without a kernel: namespaces by name, then cables between devices, as in `a/eth0`. */
export class StateBuilder {
  readonly #namespaces: { name: string; role: LabNamespace['role'] }[] = [];
  readonly #devices: { key: string; index: number; overrides: LinkOverrides }[] = [];

  namespace(name: string, role: LabNamespace['role'] = 'host'): this {
    this.#namespaces.push({ name, role });
    return this;
  }

  device(key: string, overrides: LinkOverrides = {}): this {
    this.#devices.push({ key, index: overrides.index ?? this.#devices.length + 2, overrides });
    return this;
  }

  cable(one: string, other: string, overrides: LinkOverrides = {}): this {
    return this.device(one, { ...overrides, peer: other }).device(other, { peer: one });
  }

  macvlan(key: string, lower: string, mode = 'vepa'): this {
    const data = { mode, macaddr: [], nopromisc: false, nodst: false };
    return this.device(key, { kind: 'macvlan', lower, data, addresses: ['10.0.0.101/24', 'fd00::65/64'] });
  }

  get state(): WholeLabState {
    return { namespaces: this.#namespaces.map(({ name, role }) => this.#namespace(name, role)), programs: [] };
  }

  #namespace(name: string, role: LabNamespace['role']): WholeNamespace {
    const own = this.#devices.filter(({ key }) => key.startsWith(`${name}/`));
    const nothing = {
      routes: [],
      rules: RULES,
      nexthops: [],
      neighbours: [],
      proxies: [],
      fdb: [],
      mdb: [],
      mcastRouters: [],
      mroutes: [],
      vlans: [],
      vlanMulticast: [],
      objects: {},
      otherObjects: { changed: [], groups: [], filtered: [] },
    };
    return {
      ...{ name, role, bridge: undefined, nics: {} },
      links: own.map(({ key, index, overrides }) => this.#link(key.slice(name.length + 1), index, overrides)),
      addresses: own.flatMap(({ index, overrides }) =>
        (overrides.addresses ?? []).map((text) => addressOf(index, text)),
      ),
      ...{
        ...nothing,
        qdiscs: [],
        tcFilters: [],
        sysctls: {},
        otherSysctls: {},
        changes: [],
        changedSysctls: {},
        nftables: '',
      },
      filters: { nftables: [], legacy: [], ipsec: false, ipvs: false },
    };
  }

  #link(name: string, index: number, overrides: LinkOverrides): Link {
    const { peer, lower, master, addresses: _, ...rest } = overrides;
    const place = this.#place(peer ?? lower);
    return {
      ...{ index, name, kind: 'veth', mac: `02:00:00:00:00:0${index % 10}`, mtu: 1500, up: true, carrier: true },
      ...{
        promiscuous: false,
        allMulticast: false,
        promiscuity: 0,
        arp: true,
        operState: 'UP',
        hardware: 1,
        xdp: false,
      },
      ...{ altnames: [], addrgenmode: 'eui64', token: '::', protodown: false, protodownReasons: [] },
      link: (peer ?? lower) === undefined ? undefined : (place?.index ?? 9999),
      ...{ linkNamespaceId: undefined, data: undefined, slaveData: undefined },
      // A switch's bridge is not among the devices.
      master: master === undefined ? undefined : (this.#place(master)?.index ?? 1),
      slaveKind: master === undefined ? undefined : 'bridge',
      peer: peer === undefined ? undefined : place,
      lower: lower === undefined ? undefined : place,
      ...rest,
    };
  }

  #place(key: string | undefined): LinkPlace | undefined {
    const found = this.#devices.find((device) => device.key === key);
    return found && { namespace: found.key.slice(0, found.key.lastIndexOf('/')), index: found.index };
  }
}

/** Those that a new namespace has. */
const RULES = [
  ...[
    [0, 255],
    [32766, 254],
    [32767, 253],
  ].map(([priority, table]) => ({ family: 4, priority, table, isPlain: true })),
  ...[
    [0, 255],
    [32766, 254],
  ].map(([priority, table]) => ({ family: 6, priority, table, isPlain: true })),
] as unknown as WholeNamespace['rules'];

function addressOf(index: number, text: string): AddressState {
  const [address = '', length] = text.split('/');
  return {
    ...{ index, address, length: Number(length), family: familyOf(address) ?? 4, scope: 0, permanent: true },
    ...{
      tentative: false,
      dadFailed: false,
      noPrefixRoute: false,
      home: false,
      managesTemporary: false,
      autojoin: false,
      stablePrivacy: false,
      deprecated: false,
    },
    ...{ peer: undefined, metric: undefined, broadcast: undefined, label: undefined, lifetime: undefined, unknown: [] },
  };
}

/** A chain of the other kinds: a macvtap and an ipvlan on VLANs in one another on a cable, and a dummy. */
export function linksState(): WholeLabState {
  return new StateBuilder()
    .namespace('a')
    .namespace('b')
    .namespace('vm')
    .device('vm/vm0', {
      ...{ kind: 'macvtap', lower: 'a/eth0.100.10', index: 2 },
      data: { mode: 'bridge', macaddr: [], nopromisc: false, nodst: false },
    })
    .device('vm/i0', { kind: 'ipvlan', lower: 'a/eth0.20', data: { mode: 'l2', flag: 'private' }, index: 3 })
    .device('vm/d0', { kind: 'dummy', index: 9 })
    .device('a/eth0.100.10', { kind: 'vlan', lower: 'a/eth0.100', data: { protocol: '802.1Q', id: 10 }, index: 4 })
    .device('a/eth0.100', { kind: 'vlan', lower: 'a/eth0', data: { protocol: '802.1ad', id: 100 }, index: 5 })
    .device('a/eth0.20', { kind: 'vlan', lower: 'a/eth0', data: { protocol: '802.1Q', id: 20 }, index: 6 })
    .device('a/eth0', { peer: 'b/eth0', index: 7 })
    .device('b/eth0', { peer: 'a/eth0', index: 8 })
    .device('b/gone0', { kind: 'ipvtap', lower: 'gone/up0', data: { mode: 'l3', flag: 'bridge' }, index: 10 }).state;
}

/** `macvlanPair`, as `readLab` has it. */
export function pairState(): WholeLabState {
  return new StateBuilder()
    .namespace('ns1')
    .namespace('ns2')
    .namespace('host')
    .namespace('gateway')
    .namespace('neighbour')
    .namespace('sw', 'switch')
    .cable('host/up0', 'sw/p0', { addresses: ['10.0.0.18/24', 'fd00::12/64'] })
    .cable('gateway/eth0', 'sw/p1', { addresses: ['10.0.0.1/24'] })
    .cable('neighbour/eth0', 'sw/p2', { addresses: ['10.0.0.10/24'] })
    .macvlan('ns1/m1', 'host/up0')
    .macvlan('ns2/m2', 'host/up0').state;
}
