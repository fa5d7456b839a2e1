import { flag, ip4, ip6 } from '../../netlink/codec/scalars.ts';
import { among, from, listOf } from '../../netlink/codec/value-rule.ts';
import { SEGMENT_MODES } from '../../netlink/routing/lwtunnel.ts';
import { SEG6LOCAL_ACTIONS, SEG6LOCAL_FLAVORS } from '../../netlink/routing/seg6local.ts';
import { type Field, inner } from './fields.ts';

const LAST_LABEL = 2 ** 20 - 1;

const labels = listOf(from(0, LAST_LABEL), {
  rule: `a list of MPLS labels, whole numbers from 0 to ${LAST_LABEL}, such as [100, 200]`,
  least: 1,
});
const segments = listOf(ip6, { rule: "a list of IPv6 addresses, such as ['fd00::1', 'fd00::2']", least: 1 });
const flavors = listOf(among(...SEG6LOCAL_FLAVORS), {
  rule: `a list of flavors, of ${SEG6LOCAL_FLAVORS.join(', ')}`,
  least: 1,
});

const byte = from(0, 255);
const bits = from(8, 120);
const table32 = from(1, 2 ** 32 - 1);
const id = from(0, Number.MAX_SAFE_INTEGER);

/** What packets are wrapped in: an object with one of these. */
export const encap: Field = inner({
  mpls: labels,
  ip: inner({ id, dst: ip4, src: ip4, ttl: byte, tos: byte }),
  ip6: inner({ id, dst: ip6, src: ip6, hoplimit: byte, tc: byte }),
  seg6: inner({
    mode: among(...SEGMENT_MODES),
    segs: segments,
  }),
  seg6local: inner({
    action: among(...SEG6LOCAL_ACTIONS),
    ...{ nh4: ip4, nh6: ip6, table: table32, vrftable: table32, srh: inner({ segs: segments }) },
    flavors,
    ...{ lblen: bits, nflen: bits, count: flag },
  }),
});
