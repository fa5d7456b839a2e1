import { withoutUndefined } from '../../base/plain-object.ts';
import { bit, bits } from '../codec/bits.ts';
import { oneOf } from '../codec/one-of.ts';
import { bytes, ip4, ip6, u8, u32, u64 } from '../codec/scalars.ts';
import { attribute, others, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import { readRoutingHeader, routingHeader } from './routing-header.ts';

/** What a router does with packets for one of its segments (`encap seg6local`, RFC 8986). */
export interface Seg6Local {
  action: Seg6LocalAction;
  /** Of End.X and End.DX6: the next hop; `::` in End.DX6 is the inner destination. */
  nh6?: string;
  /** Of End.DX4: the next hop of the inner packet; `0.0.0.0` is its destination. */
  nh4?: string;
  /** Of End.T and End.DT6: the routing table. */
  table?: number;
  /** Of End.DT4, End.DT6 and End.DT46: the table of a VRF. It needs `net.vrf.strict_mode`. */
  vrftable?: number;
  /** Of End.B6 and End.B6.Encaps: the segments that are put in, in the order in which they are passed. */
  srh?: { segs: readonly string[] };
  /** Of End, End.X and End.T: `psp` takes the header off at the last segment (Linux 6.3), `next-csid` is of RFC 9800 (Linux 6.1). */
  flavors?: readonly Seg6LocalFlavor[];
  /** Of next-csid: the bits of the locator block, and of the node and function. @default 32 and 16 */
  lblen?: number;
  nflen?: number;
  /** Count its packets, which `ip -s route` shows. @default false */
  count?: boolean;
}

/** `SEG6_LOCAL_ACTION_*`. End.DX2 and End.BPF take a device or a program, and hairpin does not know them. */
const ACTIONS = {
  ...{ End: 1, 'End.X': 2, 'End.T': 3, 'End.DX6': 5, 'End.DX4': 6 },
  ...{ 'End.DT6': 7, 'End.DT4': 8, 'End.B6': 9, 'End.B6.Encaps': 10, 'End.DT46': 16 },
} as const;
type Seg6LocalAction = keyof typeof ACTIONS;
export const SEG6LOCAL_ACTIONS = Object.keys(ACTIONS) as Seg6LocalAction[];

const flavorBits = {
  psp: bit('1 << SEG6_LOCAL_FLV_OP_PSP', 1 << 1, 'psp'),
  'next-csid': bit('1 << SEG6_LOCAL_FLV_OP_NEXT_CSID', 1 << 4, 'next-csid'),
};
type Seg6LocalFlavor = keyof typeof flavorBits;
export const SEG6LOCAL_FLAVORS = Object.keys(flavorBits) as Seg6LocalFlavor[];

/** What an action must have, and what it may have besides `count` (`seg6_action_table`); the kernel passes over all else. */
export const TAKEN_BY_ACTION: Record<
  Seg6LocalAction,
  { needs: readonly (keyof Seg6Local)[]; takes: readonly (keyof Seg6Local)[] }
> = {
  End: { needs: [], takes: ['flavors', 'lblen', 'nflen'] },
  'End.X': { needs: ['nh6'], takes: ['flavors', 'lblen', 'nflen'] },
  'End.T': { needs: ['table'], takes: ['flavors', 'lblen', 'nflen'] },
  'End.DX6': { needs: ['nh6'], takes: [] },
  'End.DX4': { needs: ['nh4'], takes: [] },
  'End.DT6': { needs: [], takes: ['table', 'vrftable'] },
  'End.DT4': { needs: ['vrftable'], takes: [] },
  'End.DT46': { needs: ['vrftable'], takes: [] },
  'End.B6': { needs: ['srh'], takes: [] },
  'End.B6.Encaps': { needs: ['srh'], takes: [] },
};

/** Where the packet's own destination goes: a header that is put in has room for it at its end (`seg6_do_srh_inline`). */
const OWN = '::';

const segments: Type<readonly string[]> = {
  write: (to, all) => bytes.write(to, routingHeader(all)),
  read: readRoutingHeader,
  words: (all) => [all.filter((segment) => segment !== OWN).join(',')],
};

const flavors = bits(u32, flavorBits);
const flavorTable = table({
  operation: attribute(
    'SEG6_LOCAL_FLV_OPERATION',
    1,
    {
      ...flavors,
      words: (set: Partial<Record<Seg6LocalFlavor, boolean | undefined>>) => [
        SEG6LOCAL_FLAVORS.filter((name) => set[name]).join(','),
      ],
    },
    { word: '' },
  ),
  lblen: attribute('SEG6_LOCAL_FLV_LCBLOCK_BITS', 2, u8),
  nflen: attribute('SEG6_LOCAL_FLV_LCNODE_FN_BITS', 3, u8),
});

const counters = {
  ...table({
    packets: attribute('SEG6_LOCAL_CNT_PACKETS', 2, u64),
    bytes: attribute('SEG6_LOCAL_CNT_BYTES', 3, u64),
    errors: attribute('SEG6_LOCAL_CNT_ERRORS', 4, u64),
  }),
  words: () => [],
};

/** What is in `RTA_ENCAP`. */
export const seg6localBody = table({
  action: attribute('SEG6_LOCAL_ACTION', 1, oneOf(u32, '', ACTIONS)),
  srh: attribute('SEG6_LOCAL_SRH', 2, segments, { word: 'srh segs' }),
  table: attribute('SEG6_LOCAL_TABLE', 3, u32),
  nh4: attribute('SEG6_LOCAL_NH4', 4, ip4),
  nh6: attribute('SEG6_LOCAL_NH6', 5, ip6),
  vrftable: attribute('SEG6_LOCAL_VRFTABLE', 9, u32),
  flavors: attribute('SEG6_LOCAL_FLAVORS', 11, flavorTable),
  count: attribute('SEG6_LOCAL_COUNTERS', 10, counters),
  unknown: others(),
});

/** A behaviour as it travels. */
export function writeSeg6Local({ srh, flavors: names, lblen, nflen, count, ...config }: Seg6Local): object {
  const operation = names && Object.fromEntries(names.map((name) => [name, true]));
  return {
    ...config,
    srh: srh && (config.action === 'End.B6' ? [...srh.segs, OWN] : srh.segs),
    flavors: operation && { operation, lblen, nflen },
    // The kernel begins at zero, whatever it is sent (parse_nla_counters).
    count: count ? { packets: 0n, bytes: 0n, errors: 0n } : undefined,
  };
}

/** Reads one. @throws RangeError for what hairpin does not know */
export function readSeg6Local({
  action,
  srh,
  flavors: set,
  count,
  unknown,
  ...config
}: ReturnType<typeof seg6localBody.read>): Seg6Local {
  if (action === undefined || !Object.hasOwn(ACTIONS, action) || unknown.length > 0)
    throw new RangeError(`action ${action} of seg6local, with the attributes ${unknown}`);
  const { operation, ...lengths } = set ?? {};
  const read = {
    action: action as Seg6LocalAction,
    ...config,
    srh: srh && { segs: action === 'End.B6' ? srh.slice(0, -1) : srh },
    flavors: operation && SEG6LOCAL_FLAVORS.filter((name) => operation[name]),
    ...lengths,
    count: count ? true : undefined,
  };
  return withoutUndefined(read) as unknown as Seg6Local;
}
