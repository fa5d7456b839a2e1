import { SEGMENT_MODES } from '../../netlink/lwtunnel.ts';
import { SEG6LOCAL_ACTIONS, SEG6LOCAL_FLAVORS } from '../../netlink/seg6local.ts';
import { familyOf, normalizeIp } from '../../wire/ip-address.ts';
import { type Field, flag, from, inner, oneOf } from './fields.ts';

const LAST_LABEL = 2 ** 20 - 1;

const labels = listOf('MPLS labels, whole numbers from 0 to 1048575, such as [100, 200]', (label) =>
  Number.isInteger(label) && Number(label) >= 0 && Number(label) <= LAST_LABEL ? label : undefined,
);

const segments = listOf("IPv6 addresses, such as ['fd00::1', 'fd00::2']", addressOf(6).read);

const byte = from(0, 255);
const bits = from(8, 120);
const table32 = from(1, 2 ** 32 - 1);
const [ip4, ip6, id] = [addressOf(4), addressOf(6), from(0, Number.MAX_SAFE_INTEGER)];

/** What packets are wrapped in: an object with one of these. */
export const encap: Field = inner({
  mpls: labels,
  ip: inner({ id, dst: ip4, src: ip4, ttl: byte, tos: byte }),
  ip6: inner({ id, dst: ip6, src: ip6, hoplimit: byte, tc: byte }),
  seg6: inner({
    mode: oneOf(...SEGMENT_MODES),
    segs: segments,
  }),
  seg6local: inner({
    action: oneOf(...SEG6LOCAL_ACTIONS),
    ...{ nh4: ip4, nh6: ip6, table: table32, vrftable: table32, srh: inner({ segs: segments }) },
    flavors: listOf(`flavors, of ${SEG6LOCAL_FLAVORS.join(', ')}`, oneOf(...SEG6LOCAL_FLAVORS).read),
    ...{ lblen: bits, nflen: bits, count: flag },
  }),
});

function addressOf(version: 4 | 6): Field {
  return {
    rule: `an IPv${version} address`,
    read: (value) => (typeof value === 'string' && familyOf(value) === version ? normalizeIp(value) : undefined),
  };
}

/** A list that has one member at least. */
function listOf(what: string, read: (value: unknown) => unknown): Field {
  return {
    rule: `a list of ${what}`,
    read: (value) => {
      if (!Array.isArray(value) || value.length === 0) return undefined;
      const members = value.map(read);
      return members.includes(undefined) ? undefined : members;
    },
  };
}
