import { expect, test } from 'vitest';
import { isSteadyExtension } from '../../lib/trace/steady-extensions.ts';

// No network: the structs of linux/netfilter/xt_tcpudp.h and xt_conntrack.h, as the kernel hands them out.

/** `struct xt_tcp` or `struct xt_udp` with these source ports, and with these destination ports. */
function ports(least: number, greatest: number, [first, last] = [80, 80]): Buffer {
  const data = Buffer.alloc(12);
  for (const [at, port] of [least, greatest, first, last].entries()) data.writeUInt16LE(port, 2 * at);
  return data;
}

/** `struct xt_multiport_v1` with port 22 and a range, among the destination ports. */
function severalPorts(first: number, last: number): Buffer {
  const data = Buffer.alloc(48);
  data.writeUInt8(1);
  data.writeUInt8(3, 1);
  for (const [at, port] of [22, first, last].entries()) data.writeUInt16LE(port, 2 + 2 * at);
  data.writeUInt8(1, 33);
  return data;
}

/** `struct ebt_ip_info` that looks at the destination ports alone (`EBT_IP_DPORT`). */
function bridgedPorts(first: number, last: number): Buffer {
  const data = Buffer.alloc(28);
  data.writeUInt8(0x20, 18);
  data.writeUInt16LE(first, 24);
  data.writeUInt16LE(last, 26);
  return data;
}

/** `struct xt_conntrack_mtinfo3` that looks at some of a connection (`XT_CONNTRACK_*`). */
function conntrack(flag: number): Buffer {
  const data = Buffer.alloc(160);
  data.writeUInt16LE(1 << flag, 146);
  return data;
}

/** `struct nf_nat_range2` with some flags. */
function translation(flags: number): Buffer {
  const data = Buffer.alloc(48);
  data.writeUInt32LE(flags);
  return data;
}

test.for([
  ['tcp', 'every source port', ports(0, 0xffff), true],
  ['tcp', 'source ports from 1024', ports(1024, 0xffff), false],
  ['udp', 'source ports up to 1023', ports(0, 1023), false],
  ['udp', 'less than the struct', Buffer.alloc(2), false],
  ['tcp', 'ports of answers', ports(0, 0xffff, [30000, 40000]), false],
  ['udp', 'all ports of answers', ports(0, 0xffff, [1024, 0xffff]), true],
  ['tcp', 'no ports of answers', ports(0, 0xffff, [0, 1023]), true],
  ['multiport', 'ports of answers', severalPorts(30000, 40000), false],
  ['multiport', 'no ports of answers', severalPorts(100, 200), true],
  ['ip', 'ports of answers', bridgedPorts(30000, 40000), false],
  ['ip', 'no ports of answers', bridgedPorts(22, 22), true],
  ['conntrack', 'the state', conntrack(0), true],
  ['conntrack', 'the time left', conntrack(7), false],
  ['conntrack', 'the source port of the question', conntrack(8), false],
  ['conntrack', 'the destination port of the question', conntrack(9), true],
  ['conntrack', 'the source port of the answer', conntrack(10), true],
  ['conntrack', 'the destination port of the answer', conntrack(11), false],
  ['conntrack', 'an older struct', Buffer.alloc(100), false],
  ['multiport', 'source ports (XT_MULTIPORT_SOURCE)', Buffer.of(0, 1), false],
  ['multiport', 'destination ports (XT_MULTIPORT_DESTINATION)', Buffer.of(1, 1), true],
  ['multiport', 'both (XT_MULTIPORT_EITHER)', Buffer.of(2, 1), false],
  ['string', 'bytes, which may be those of a port', Buffer.alloc(240), false],
  ['DNAT', 'ports by chance', translation(0x7), false],
  [
    'DNAT',
    'ports by chance (struct nf_nat_ipv4_multi_range_compat)',
    Buffer.concat([Buffer.of(1, 0, 0, 0), translation(0x16)]).subarray(0, 24),
    false,
  ],
  ['DNAT', 'addresses by chance', translation(0x5), true],
  ['REDIRECT', 'a range of ports', translation(0x2), true],
  ['statistic', 'chance', Buffer.alloc(32), false],
] as const)('%s that looks at %s', ([name, , data, expected]) => {
  expect(isSteadyExtension({ name, data })).toBe(expected);
});
