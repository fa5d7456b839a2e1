import { AF_BRIDGE } from '../../kernel/constants.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';
import { bytesToIp, familyOf, ipToBytes } from '../../wire/ip-address.ts';
import { bytesToMac, macToBytes } from '../../wire/mac-address.ts';
import { answeredBy, body } from '../codec/body.ts';
import { list } from '../codec/list.ts';
import { oneOf } from '../codec/one-of.ts';
import { be16, device, ip, pad, u8, u16 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, attributes, table } from '../codec/table.ts';
import { fixed, type Type } from '../codec/type.ts';
import { Family } from '../family.ts';

/** An entry of a bridge's multicast database, as `bridge mdb` has it: who is sent the frames of a group. */
export interface MdbEntry {
  /** ifindex of the bridge. */
  bridge: number;
  /** ifindex of the port; the bridge's own for its host. */
  port: number;
  /** An IPv4 or IPv6 group, or a group MAC address. */
  group: string;
  /** `temp`: a host has joined, and must say so again from time to time. */
  state: MdbState;
  /** The VLAN that it is for; 0: frames without a tag. */
  vid: number;
  /** The only source that it is for (`(S,G)`); undefined: whichever (`(*,G)`). */
  src?: string | undefined;
  /** With IGMPv3 and MLDv2: whether the hosts want the sources of the list alone, or all others (RFC 3376 section 6.2.1). */
  filterMode?: keyof typeof FILTER_MODES | `${number}` | undefined;
  /** Of a `(*,G)` that IGMPv3 or MLDv2 made: its sources. */
  sourceList?: string[] | undefined;
  /** Of a source that hosts do not want: nothing of it is sent (`MDB_FLAGS_BLOCKED`). */
  blocked?: true | undefined;
}

const STATES = { temp: 0, permanent: 1 } as const;
/** `MCAST_EXCLUDE`, `MCAST_INCLUDE` of linux/in.h. */
const FILTER_MODES = { exclude: 0, include: 1 } as const;
export type MdbState = keyof typeof STATES | `${number}`;

/** `addr` of `struct br_mdb_entry`: a union, and behind it what is in it, as an EtherType; 0 is a MAC address. */
const UNION = 16;

const group = fixed<string>(
  UNION + 4,
  (bytes, at) => {
    const type = be16.readAt(bytes, at + UNION);
    if (type === 0) return bytesToMac(bytes.subarray(at, at + 6));
    return bytesToIp(bytes.subarray(at, at + (type === ETHERTYPE.ipv4 ? 4 : 16)));
  },
  (bytes, at, value) => {
    const family = familyOf(value);
    bytes.set(family ? ipToBytes(value) : macToBytes(value), at);
    be16.writeAt(bytes, at + UNION, family === 4 ? ETHERTYPE.ipv4 : family === 6 ? ETHERTYPE.ipv6 : 0);
  },
);

const mdbEntry = struct('br_mdb_entry', {
  port: device,
  state: oneOf(u8, '', STATES),
  flags: u8,
  vid: u16,
  group,
});

/** A port behind which a multicast router was heard; its timers stand behind it. */
const routerPort: Type<number> = { write: () => {}, read: (bytes) => bytes.readInt32LE(0), words: () => [] };

const header = struct('br_port_msg', { family: u8, padding: pad(3), bridge: device });

const request = body(
  header,
  table({
    entry: attribute('MDBA_SET_ENTRY', 1, mdbEntry),
    more: attribute('MDBA_SET_ENTRY_ATTRS', 2, table({ src: attribute('MDBE_ATTR_SOURCE', 1, ip) })),
  }),
);

const info = body(
  mdbEntry,
  table({
    sources: attribute(
      'MDBA_MDB_EATTR_SRC_LIST',
      2,
      list(1, table({ address: attribute('MDBA_MDB_SRCATTR_ADDRESS', 1, ip, { ifAbsent: '' }) })),
    ),
    filterMode: attribute('MDBA_MDB_EATTR_GROUP_MODE', 3, oneOf(u8, '', FILTER_MODES)),
    src: attribute('MDBA_MDB_EATTR_SOURCE', 4, ip),
  }),
);
const BLOCKED = 1 << 3;

/** All of one bridge in one message. The numbers are other enumerations than those of a request. */
const answer = body(
  header,
  table({
    entries: attribute('MDBA_MDB', 1, list(1, table({ infos: attributes('MDBA_MDB_ENTRY_INFO', 1, info) })), {
      ifAbsent: [],
    }),
    routers: attribute('MDBA_ROUTER', 2, list(1, routerPort), { ifAbsent: [] }),
  }),
);

/** The multicast database of one bridge. */
export interface BridgeMdb {
  entries: MdbEntry[];
  /** ifindexes of the ports that get every group: a multicast router was heard there, or somebody set it. */
  routers: number[];
}

/** The multicast databases of the bridges: a list has one answer a bridge. */
export const bridgeMdb = new Family({
  command: ['bridge', 'mdb'],
  messages: ['MDB', 84],
  body: answeredBy(request, answer),
  complete: ({ bridge, port, group: of, state, vid, src }: Partial<MdbEntry>, verb) => ({
    ...{ family: AF_BRIDGE, bridge },
    ...(verb === 'list' ? {} : { entry: { port, group: of, state, vid } }),
    ...(src === undefined ? {} : { more: { src } }),
  }),
  state: ({ bridge, entries, routers }): BridgeMdb => ({
    entries: entries.flatMap(({ infos }) =>
      infos.map(({ port, group: of, state, vid, flags, src, filterMode, sources }) => ({
        ...{ bridge, port, group: of, state, vid, src, filterMode },
        sourceList: sources?.map(({ address }) => address),
        blocked: (flags & BLOCKED) !== 0 || undefined,
      })),
    ),
    routers,
  }),
  words: ({ bridge, port, group: of, state, vid = 0, src }, names, _, verb) => [
    ...['dev', names.device(bridge ?? 0), 'port', names.device(port ?? 0), 'grp', of],
    ...(src === undefined ? [] : ['src', src]),
    ...(verb === 'delete' ? [] : [state ?? 'temp']),
    ...(vid === 0 ? [] : ['vid', String(vid)]),
  ],
});
