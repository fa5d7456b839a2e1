import type { Family as IpFamily } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { body } from '../codec/body.ts';
import { array } from '../codec/list.ts';
import { device, flag, ip, ipFamilyOrNone, pad, u8, u16, u32, userTicks } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { fixed, flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import { type Encap, encapBytes, encapWords, readEncap, writeEncap } from './lwtunnel.ts';

/** A nexthop object, as `ip nexthop` has it: routes name it by its id. */
export interface Nexthop {
  id: number;
  /** Of a single one; a group has none, and is for whatever family its members are of. */
  family: IpFamily | undefined;
  via: string | undefined;
  /** ifindex of the device to leave by. */
  device: number | undefined;
  /** It drops what it is given. */
  blackhole: boolean;
  /** Its next hop is taken to be on the link. */
  onlink: boolean;
  /** It is for the entries of a VXLAN device. */
  fdb: boolean;
  /** What it sends is wrapped (`encap …`). */
  encapsulates: boolean;
  /** In what, where hairpin knows it. */
  encap: Encap | undefined;
  /** How a group shares out: 0 by hashes alone, 1 by buckets (`type resilient`). */
  groupType: number;
  /** Of a resilient group. */
  resilient: Resilience | undefined;
  /** Who made it: `4` is `static`; 0: nobody set one. */
  protocol: number;
  /** The numbers of the attributes that hairpin does not know (`NHA_*`). */
  unknown: number[];
  /** The ids of others, which share the packets out by their weight, from 1 to 65535; none: it is no group. */
  group: { id: number; weight: number }[];
}

/** How a resilient group gives its buckets to its members. Times are in seconds. */
export interface Resilience {
  buckets: number | undefined;
  /** So long a bucket must have had no packet before it moves to another member. */
  idleTimer: number | undefined;
  /** So long the shares may be wrong before buckets move in any case; 0 is for ever. */
  unbalancedTimer: number | undefined;
}

/** `NEXTHOP_GRP_TYPE_RES`. */
export const RESILIENT = 1;

/** How a dump was asked for, and what its answer can say: nothing of the nexthop. Newer than Debian 12's headers. */
const NHA_OP_FLAGS = 14;

const flags = flat(bits(u32, { onlink: bit('RTNH_F_ONLINK', 4, 'onlink') }));

/** From 1, and travels as one less: the low byte, then the high one, which Linux has since 6.12 (`nexthop_grp_weight`). */
const weight = fixed<number>(
  2,
  (bytes, at) => bytes.readUInt16LE(at) + 1,
  (bytes, at, value) => bytes.writeUInt16LE(value - 1, at),
);

const members = array(struct('nexthop_grp', { id: u32, weight, reserved: pad(2) }));

/** As {@link userTicks}, of which iproute2 says the seconds here. */
const timer = { ...userTicks, words: (seconds: number) => [String(seconds)] };

const resilience = table({
  buckets: attribute('NHA_RES_GROUP_BUCKETS', 1, u16),
  idleTimer: attribute('NHA_RES_GROUP_IDLE_TIMER', 2, timer),
  unbalancedTimer: attribute('NHA_RES_GROUP_UNBALANCED_TIMER', 3, timer),
});

/** A nexthop to add: as `nh_config` is for the kernel. */
type NexthopConfig = Partial<Omit<Nexthop, 'unknown' | 'encapsulates' | 'group'>> & {
  group?: readonly { id: number; weight?: number }[];
};

export const ipNexthop = new Family({
  command: ['ip', 'nexthop'],
  messages: ['NEXTHOP', 104],
  body: body(
    struct('nhmsg', { family: ipFamilyOrNone, scope: u8, protocol: u8, reserved: pad(1), flags }),
    table({
      id: attribute('NHA_ID', 1, u32, { ifAbsent: 0 }),
      via: attribute('NHA_GATEWAY', 6, ip),
      device: attribute('NHA_OIF', 5, device, { word: 'dev' }),
      blackhole: attribute('NHA_BLACKHOLE', 4, flag, { ifAbsent: false }),
      group: attribute(
        'NHA_GROUP',
        2,
        { ...members, words: (all) => [all.map(({ id, weight: share = 1 }) => `${id},${share}`).join('/')] },
        { ifAbsent: [] },
      ),
      fdb: attribute('NHA_FDB', 11, flag, { ifAbsent: false }),
      encapType: attribute('NHA_ENCAP_TYPE', 7, u16, { word: false }),
      encap: attribute('NHA_ENCAP', 8, encapBytes, { word: false }),
      groupType: attribute(
        'NHA_GROUP_TYPE',
        3,
        { ...u16, words: (value) => (value === RESILIENT ? ['type', 'resilient'] : []) },
        { word: '', ifAbsent: 0 },
      ),
      resilient: attribute('NHA_RES_GROUP', 12, resilience, { word: '' }),
      unknown: others(),
    }),
  ),
  complete: ({ encap, ...config }: NexthopConfig) => ({ ...config, ...writeEncap(encap) }),
  state: ({ scope: _, encap, encapType, unknown, ...state }): Nexthop => ({
    ...state,
    ...{ encapsulates: encap !== undefined, encap: readEncap({ encap, encapType }) },
    unknown: unknown.filter((number) => number !== NHA_OP_FLAGS),
  }),
  words: ({ encap, protocol = 0 }, _, rest) => [
    ...rest,
    ...encapWords(encap),
    ...(protocol === 0 ? [] : ['proto', String(protocol)]),
  ],
});
