import { withoutUndefined } from '../../base/plain-object.ts';
import { UsageError } from '../../base/validate.ts';
import { u32 } from '../../netlink/codec/scalars.ts';
import { among, from } from '../../netlink/codec/value-rule.ts';
import { markWords } from '../../netlink/routing/rule.ts';
import {
  LIMIT_NAMES,
  portKeywords,
  type XfrmLimits,
  type XfrmMark,
  type XfrmSelector,
} from '../../netlink/xfrm/xfrm.ts';
import { type Family, familyOf, parsePrefix } from '../../wire/ip-address.ts';
import { type DeviceNames, nameOrNone } from '../entries/entry-kind.ts';
import { deviceName, type Field, type Fields, networkWords, one } from '../entries/fields.ts';
import { fwmark, ipproto, parseMark, protocolNumber, protocolWord } from '../entries/rule-entry.ts';

/** Which packets a state or a policy of IPsec is for. Undefined matches all packets. */
export interface XfrmSelectorEntry {
  family: Family;
  src: string | undefined;
  dst: string | undefined;
  /** A protocol above IP, by its name or number. */
  proto: string | number | undefined;
  sport: number | undefined;
  dport: number | undefined;
  /** Of ICMP. */
  type: number | undefined;
  code: number | undefined;
  /** Of GRE. */
  key: number | undefined;
  dev: string | undefined;
}

/** When a state or a policy ends. Undefined for never. */
export type XfrmLimitEntry = XfrmLimits;

const PORT = from(1, 65535);
const BYTE = from(0, 255);
const COUNT = from(0, Number.MAX_SAFE_INTEGER);

/** The kernel compares the bits behind its length with nothing, but keeps them. */
const network: Field = {
  rule: 'an address, or a network such as 10.1.0.0/24 or fd01::/64',
  schema: { type: 'string' },
  accept: (value) => {
    const prefix = typeof value === 'string' ? parsePrefix(value) : undefined;
    return prefix && networkWords(prefix);
  },
};

const selectorFields: Fields<XfrmSelectorEntry> = {
  ...{ family: among(4, 6), src: network, dst: network, proto: ipproto, sport: PORT, dport: PORT },
  ...{ type: BYTE, code: BYTE, key: u32, dev: deviceName },
};

/** The faces of a selector: the fields that a spec says, and how they become netlink's, and come of them. */
export const xfrmSelector = { fields: selectorFields, parse: parseSelector, entry: selectorEntry };

export const xfrmLimit = {
  field: one(Object.fromEntries(LIMIT_NAMES.map((name) => [name, COUNT]))),
  parse: (limit: Partial<XfrmLimitEntry> = {}) =>
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit[name]])) as XfrmLimits,
  /** Undefined without any. */
  entry: (limit: XfrmLimits): Partial<XfrmLimitEntry> | undefined => {
    const known = withoutUndefined(limit);
    return Object.keys(known).length === 0 ? undefined : known;
  },
};

export const xfrmMark = {
  field: fwmark,
  /** Of the value 0 and the mask 0 the kernel takes no notice. */
  parse: (mark: string | undefined): XfrmMark | undefined => {
    const parsed = mark === undefined ? undefined : parseMark(mark);
    return parsed?.fwmask === 0 ? undefined : parsed;
  },
  entry: (mark: XfrmMark | undefined) => mark && markWords(mark),
};

type Given = { readonly [K in keyof XfrmSelectorEntry]?: XfrmSelectorEntry[K] } & { device?: number | undefined };

/** @throws UsageError for a selector that iproute2 has no words for */
function parseSelector(call: string, given: Given, otherwise: Family): XfrmSelector {
  const { src, dst, proto, sport, dport, type, code, key, device } = given;
  const family = oneFamily(call, { family: given.family, src, dst }) ?? otherwise;
  const number = protocolNumber(proto);
  const kind = portKeywords(number);
  // Without a protocol a port matches nothing that iproute2 can say.
  const wrong = Object.entries({ sport, dport, type, code, key }).find(
    ([name, value]) => value !== undefined && (KINDS[name] !== kind || number === undefined),
  );
  if (wrong) {
    const [name] = wrong;
    throw new UsageError(
      `${call}: ${name} belongs to ${PROTOCOLS_OF[KINDS[name] ?? 'ports']}: received proto ${proto}`,
    );
  }
  return {
    ...{ family, proto: number || undefined, device },
    ...{ src: src === undefined ? undefined : parsePrefix(src), dst: dst === undefined ? undefined : parsePrefix(dst) },
    sport: key === undefined ? (sport ?? type) : Math.floor(key / 2 ** 16),
    dport: key === undefined ? (dport ?? code) : key % 2 ** 16,
  };
}

const KINDS: Readonly<Record<string, 'ports' | 'types' | 'key'>> = {
  ...{ sport: 'ports', dport: 'ports', type: 'types', code: 'types', key: 'key' },
};
const PROTOCOLS_OF = {
  ports: 'a proto with ports such as tcp or udp',
  types: 'proto icmp or ipv6-icmp',
  key: 'proto gre',
};

function selectorEntry(selector: XfrmSelector, names: DeviceNames): XfrmSelectorEntry {
  const { family, src, dst, proto, sport, dport, device } = selector;
  const kind = portKeywords(proto);
  return {
    ...{ family, src: src && networkWords(src), dst: dst && networkWords(dst) },
    proto: proto === undefined ? undefined : protocolWord(proto),
    ...(kind === 'ports' ? { sport, dport } : { sport: undefined, dport: undefined }),
    ...(kind === 'types' ? { type: sport, code: dport } : { type: undefined, code: undefined }),
    key: kind === 'key' && sport !== undefined && dport !== undefined ? sport * 2 ** 16 + dport : undefined,
    dev: nameOrNone(names, device),
  };
}

/** The version of IP that addresses and networks are of. @throws UsageError for two */
export function oneFamily(
  call: string,
  given: Readonly<Record<string, string | number | undefined>>,
): Family | undefined {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  const families = known.map(([, value]) => (typeof value === 'string' ? familyOf(value.split('/')[0] ?? '') : value));
  if (new Set(families).size > 1)
    throw new UsageError(`${call}: ${known.map(([name]) => name).join(', ')} must be of one version of IP`);
  return families[0] as Family | undefined;
}
