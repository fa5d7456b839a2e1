import { withoutUndefined } from '../../base/plain-object.ts';
import { AF_BRIDGE } from '../../kernel/constants.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { body } from '../codec/body.ts';
import { oneOf } from '../codec/one-of.ts';
import { be16, device, ip, ipFamily, mac, pad, u8, u16, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { type Fixed, flat } from '../codec/type.ts';
import { Family } from '../family.ts';

export const NEIGHBOUR_STATES = {
  ...{ NONE: 0, INCOMPLETE: 1, REACHABLE: 2, STALE: 4, DELAY: 8 },
  ...{ PROBE: 16, FAILED: 32, NOARP: 64, PERMANENT: 128 },
} as const;

/** The state of a neighbour entry, in iproute2's words. */
export type NeighbourState = keyof typeof NEIGHBOUR_STATES;

/** An entry of the ARP or ND table. */
export interface Neighbour {
  /** ifindex of the device that the neighbour is on. */
  device: number;
  /** Its IP address. */
  to: string;
  /** Its MAC address; none while it is being asked for. */
  lladdr: string | undefined;
  state: NeighbourState;
  /** A control plane added it, such as that of an EVPN (`extern_learn`): the kernel does not collect it. */
  externLearn: boolean;
  /** A control plane vouches for it (`extern_valid`): the kernel does not remove it. */
  externValid: boolean;
  /** The kernel asks for its address again and again (`managed`). */
  managed: boolean;
  /** It is an IPv6 router (`router`). */
  router: boolean;
  /** The namespace answers for the address, though it has it not (`proxy`). */
  proxy: boolean;
  /** Who added it, by a number of rtnetlink's (`RTPROT_…`); undefined where nobody said (`protocol`). */
  protocol?: number | undefined;
}

/** An entry of a bridge's forwarding database. */
export interface FdbEntry {
  /** ifindex of the port behind which the address is. */
  device: number;
  /** ifindex of the bridge; undefined: the device's own list of addresses that it lets in (`self`). */
  bridge: number | undefined;
  mac: string;
  /** The VLAN that it is for; undefined: frames without a tag. */
  vlan: number | undefined;
  /** Entries of the bridge's own devices and `bridge fdb add … static` ones; others were learnt. */
  permanent: boolean;
  /** The bridge takes its frames for itself, and sends them on to nobody (`bridge fdb add … local`). */
  local: boolean;
  /** The address does not move to the port that it is heard at (`sticky`). */
  sticky: boolean;
  /** A locked port has heard the address, and lets in nothing of it (`mab`). */
  locked: boolean;
  /** Of a tunnel: the address of the host that its frames are sent to. */
  to: string | undefined;
  /** Of a tunnel, where they are not the device's own: the UDP port there, and the network identifier. */
  udpPort?: number | undefined;
  vni?: number | undefined;
  /** Of an `external` tunnel: the identifier that the entry is for. */
  srcVni?: number | undefined;
  /** Of a tunnel: ifindex of the device that the outer packets leave by. */
  via?: number | undefined;
  /** Of a tunnel: the nexthop group that has the remote ends. */
  nhid?: number | undefined;
  /** A control plane added it (`extern_learn`). */
  externLearn?: boolean;
  /** Of a tunnel that short-circuits routes: the address is a router's. */
  router?: boolean;
}

const nud = oneOf(u16, 'NUD_', NEIGHBOUR_STATES, 'NONE');

/** iproute2 says both of an entry of a tunnel (`fdb_modify`). */
const BOTH = NEIGHBOUR_STATES.NOARP | NEIGHBOUR_STATES.PERMANENT;
const fdbState: typeof nud = {
  ...nud,
  readAt: (bytes, at) => (u16.readAt(bytes, at) === BOTH ? 'PERMANENT' : nud.readAt(bytes, at)),
};

/** `struct ndmsg`, for both. */
const headerOf = <T>(family: Fixed<T>, state: typeof nud = nud) =>
  struct('ndmsg', {
    family,
    padding: pad(3),
    device,
    state,
    flags: flat(
      bits(u8, {
        use: bit('NTF_USE', 0x01, 'use'),
        self: bit('NTF_SELF', 0x02, 'self'),
        master: bit('NTF_MASTER', 0x04, 'master'),
        proxy: bit('NTF_PROXY', 0x08, 'proxy'),
        externLearn: bit('NTF_EXT_LEARNED', 0x10, 'extern_learn'),
        sticky: bit('NTF_STICKY', 0x40, 'sticky'),
        router: bit('NTF_ROUTER', 0x80, 'router'),
      }),
    ),
    type: u8,
  });

/** Linux 5.16, and 6.18 for the second one. */
const moreFlags = bits(u32, {
  managed: bit('NTF_EXT_MANAGED', 1, 'managed'),
  externValid: bit('NTF_EXT_EXT_VALIDATED', 4, 'extern_valid'),
});

/** The ARP and ND tables. `proxy` stands for the addresses that are answered for though the namespace has them not. */
export const ipNeighbour = new Family({
  command: ['ip', 'neighbour'],
  messages: ['NEIGH', 28],
  body: body(
    headerOf(ipFamily),
    table({
      to: attribute('NDA_DST', 1, ip, { ifAbsent: '', word: '' }),
      lladdr: attribute('NDA_LLADDR', 2, mac),
      protocol: attribute('NDA_PROTOCOL', 12, u8),
      more: attribute('NDA_FLAGS_EXT', 15, flat(moreFlags)),
    }),
  ),
  complete: ({ family, ...config }) => ({
    ...config,
    family: family ?? (config.to === undefined ? undefined : familyOf(config.to)),
  }),
  state: ({ device: index, to, lladdr, state, externLearn, externValid, managed, router, proxy, protocol }) => ({
    ...{ device: index, to, lladdr, state, externLearn, externValid, managed, router, proxy },
    ...(protocol ? { protocol } : {}),
  }),
  words: ({ device: index, state }, names, rest) => [
    ...rest,
    ...(index === undefined ? [] : ['dev', names.device(index)]),
    ...(state === undefined ? [] : ['nud', state.toLowerCase()]),
  ],
});

/** Whether the kernel learnt an entry, and learns it again: the others stay until the program that added them deletes them. */
export function isLearnt({ state, externLearn, externValid, managed }: Neighbour): boolean {
  return state !== 'PERMANENT' && !externLearn && !externValid && !managed;
}

/** Linux 6.2. */
const moreOfFdb = bits(u32, { locked: bit('NTF_EXT_LOCKED', 2, 'locked') });

const FDB_WORDS: Partial<Record<string, string>> = { NOARP: 'static', REACHABLE: 'dynamic' };

type Remote = Pick<FdbEntry, 'udpPort' | 'vni' | 'srcVni' | 'via' | 'nhid' | 'externLearn' | 'router'>;

/** Entries of bridges have nothing of it. */
function remoteOf({ udpPort, vni, srcVni, via, nhid, externLearn, router }: Remote): Remote {
  const flags = { ...(externLearn ? { externLearn } : {}), ...(router ? { router } : {}) };
  return withoutUndefined({ udpPort, vni, srcVni, via, nhid, ...flags });
}

/** The forwarding databases of bridges. They are listed by the bridge: `bridge`. */
export const bridgeFdb = new Family({
  command: ['bridge', 'fdb'],
  messages: ['NEIGH', 28],
  body: body(
    headerOf(u8, fdbState),
    table({
      mac: attribute('NDA_LLADDR', 2, mac, { ifAbsent: '', word: false }),
      to: attribute('NDA_DST', 1, ip, { word: 'dst' }),
      vlan: attribute('NDA_VLAN', 5, u16),
      udpPort: attribute('NDA_PORT', 6, be16, { word: 'port' }),
      vni: attribute('NDA_VNI', 7, u32),
      via: attribute('NDA_IFINDEX', 8, device),
      srcVni: attribute('NDA_SRC_VNI', 11, u32),
      nhid: attribute('NDA_NH_ID', 13, u32),
      bridge: attribute('NDA_MASTER', 9, device, { word: 'br' }),
      more: attribute('NDA_FLAGS_EXT', 15, flat(moreOfFdb)),
    }),
  ),
  complete: (config) => ({ ...config, family: AF_BRIDGE }),
  state: ({ device: index, bridge, mac: address, vlan, sticky, locked, to, state, ...remote }): FdbEntry => ({
    ...{ device: index, bridge, mac: address, vlan, sticky, locked, to },
    ...remoteOf(remote),
    permanent: state === 'PERMANENT' || state === 'NOARP',
    local: state === 'PERMANENT',
  }),
  words: ({ mac: address, device: index, state }, names, rest) => [
    ...(address === undefined || index === undefined ? [] : [address, 'dev', names.device(index)]),
    ...rest,
    state === undefined ? undefined : (FDB_WORDS[state] ?? 'local'),
  ],
});
