import { kindOf, USUAL_PAIR } from '../links/registry.ts';
import { devicesIn } from '../report/lab-devices.ts';
import type { WholeLabState, WholeNamespace } from '../report/lab-state.ts';
import type { Link } from '../state/network-state.ts';

/** A state of which every device can be made: what leads out of it leads to a stand-in. */
export interface WithStandIns {
  readonly state: WholeLabState;
  /** Why a device became a cable, by its name: `host/enp0s5`. */
  readonly why: ReadonlyMap<string, string>;
}

const FREE = { master: undefined, slaveKind: undefined, slaveData: undefined } as const;

/** Above the indexes of real devices. */
const FIRST_STAND_IN = 1_000_000;

/**
 * Puts a cable to a namespace of its own in the place of each device that a lab cannot make: a real NIC, one end of a pair whose other
 * end was not recorded, a device of a kind that hairpin does not know. It keeps its name, its addresses, and what is on top of it.
 */
export function withStandIns(state: WholeLabState): WithStandIns {
  const why = new Map<string, string>();
  const beyond: WholeNamespace[] = [];
  const taken = new Set(state.namespaces.map(({ name }) => name));
  const namespaces = state.namespaces.map((namespace) => {
    const leading = devicesIn(namespace).filter((link) => whyNot(link) !== undefined);
    const links = namespace.links.map((link) => {
      const master = leading.find(({ index }) => index === link.master);
      if (master) why.set(`${namespace.name}/${link.name}`, `that it belongs to ${master.name}, ${whyNot(master)}`);
      if (!leading.includes(link)) return master ? { ...link, ...FREE } : link;
      const index = FIRST_STAND_IN + beyond.length;
      const name = freeName(`beyond-${link.name.replaceAll(/[^\w.-]/g, '-')}`, namespace.name, taken);
      why.set(`${namespace.name}/${link.name}`, `${whyNot(link)}; ${name} stands in for what is beyond`);
      beyond.push(standIn(namespace, name, { ...link, index }, { namespace: namespace.name, index: link.index }));
      return { ...cableEnd(link), ...(master ? FREE : {}), peer: { namespace: name, index } };
    });
    return { ...namespace, links };
  });
  return { state: { ...state, namespaces: [...namespaces, ...beyond] }, why };
}

function whyNot(link: Link): string | undefined {
  const kind = kindOf(link);
  if (link.kind === undefined) return 'a real NIC, which is no part of a lab';
  if (!kind) return `a ${link.kind}, which hairpin does not know`;
  if (kind.end === 'peer') return link.peer ? undefined : 'its other end is in a network that was not recorded';
  if (kind.lower === 'none' || link.lower) return undefined;
  return `a ${link.kind} on a device in a network that was not recorded`;
}

function cableEnd(link: Link): Link {
  return { ...link, kind: USUAL_PAIR, data: undefined, lower: undefined };
}

function standIn(like: WholeNamespace, name: string, link: Link, peer: NonNullable<Link['peer']>): WholeNamespace {
  const lists = {
    ...{
      addresses: [],
      routes: [],
      nexthops: [],
      mroutes: [],
      neighbours: [],
      proxies: [],
      fdb: [],
      mdb: [],
      mcastRouters: [],
    },
    ...{ vlans: [], vlanMulticast: [], qdiscs: [], changes: [] },
  };
  const { carrier, mtu } = link;
  const end = {
    ...cableEnd(link),
    ...FREE,
    promiscuous: false,
    allMulticast: false,
    name: 'eth0',
    mac: '',
    arp: true,
    up: carrier,
    mtu,
    peer,
  };
  return {
    ...like,
    ...lists,
    name,
    links: [...like.links.filter((each) => each.name === 'lo'), end],
    rules: [],
    ...{ sysctls: {}, otherSysctls: {}, changedSysctls: {}, nftables: '' },
    objects: {},
    otherObjects: { changed: [], groups: [], filtered: [] },
    filters: { ...like.filters, nftables: [], legacy: [], ipsec: false, ipvs: false },
  };
}

function freeName(wanted: string, namespace: string, taken: Set<string>): string {
  const name = taken.has(wanted) ? `${wanted}-of-${namespace}` : wanted;
  taken.add(name);
  return name;
}
