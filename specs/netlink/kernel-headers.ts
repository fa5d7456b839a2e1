import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutPrograms } from '../needs.ts';

/** Where Debian's linux-libc-dev puts the kernel's headers. */
const HEADERS = [
  // It includes netinet/in.h, which must come before linux/in.h (libc-compat.h).
  'linux/mptcp.h',
  ...[
    'linux/rtnetlink.h',
    'linux/if_link.h',
    'linux/if_bridge.h',
    'linux/if_addr.h',
    'linux/if_addrlabel.h',
    'linux/if.h',
    'linux/if_ether.h',
    'linux/if_packet.h',
  ],
  ...[
    'linux/neighbour.h',
    'linux/fib_rules.h',
    'linux/gen_stats.h',
    'linux/pkt_sched.h',
    'linux/pkt_cls.h',
    'linux/tc_act/tc_csum.h',
    'linux/tc_act/tc_ct.h',
    'linux/tc_act/tc_gact.h',
    'linux/tc_act/tc_mirred.h',
    'linux/tc_act/tc_skbedit.h',
    'linux/tc_act/tc_tunnel_key.h',
    'linux/tc_act/tc_vlan.h',
    'linux/icmpv6.h',
    'linux/ipv6.h',
    'linux/net_namespace.h',
    'linux/nexthop.h',
    'linux/lwtunnel.h',
    'linux/mpls_iptunnel.h',
    'linux/seg6_iptunnel.h',
    'linux/seg6_local.h',
    'linux/veth.h',
    'linux/if_vlan.h',
    'linux/if_tun.h',
    'linux/if_tunnel.h',
    'linux/ip6_tunnel.h',
    'linux/genetlink.h',
    'linux/time_types.h',
    'linux/wireguard.h',
    'linux/if_macsec.h',
    'linux/if_team.h',
    'linux/fou.h',
    'linux/xfrm.h',
    'linux/netlink.h',
    'linux/netfilter/nfnetlink.h',
    'linux/netfilter/nfnetlink_log.h',
    'linux/netfilter/nf_tables.h',
    'linux/netfilter/nf_tables_compat.h',
  ],
];

/** Why the kernel's headers cannot be asked here, for `skip`. */
export function withoutHeaders(): string | false {
  const missing = HEADERS.filter((header) => !existsSync(`/usr/include/${header}`));
  if (missing.length > 0) return `needs linux-libc-dev, for ${missing.join(', ')}`;
  return withoutPrograms('cc');
}

/**
 * What C makes of expressions with the kernel's own headers, such as `IFLA_MTU` or `sizeof(struct ifinfomsg)`.
 *
 * @returns a number for each, or undefined where the headers do not know it
 */
export function evaluateInC(expressions: readonly string[]): Map<string, number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-headers-'));
  try {
    const unknown = undeclared(folder, expressions);
    const known = expressions.filter((each) => !unknown.has(each));
    const program = join(folder, 'numbers');
    writeFileSync(`${program}.c`, source(known));
    execFileSync('cc', ['-o', program, `${program}.c`]);
    const numbers = execFileSync(program, { encoding: 'utf8' }).trim().split('\n').map(Number);
    return new Map(expressions.map((each) => [each, known.includes(each) ? numbers[known.indexOf(each)] : undefined]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The expressions that the compiler complains of: each stands in a line of its own. */
function undeclared(folder: string, expressions: readonly string[]): Set<string> {
  const file = join(folder, 'all.c');
  writeFileSync(file, source(expressions));
  const { stderr } = spawnSync('cc', ['-fsyntax-only', '-fmax-errors=0', file], { encoding: 'utf8' });
  const first = source([]).split('\n').indexOf(MARK) + 1;
  const lines = [...stderr.matchAll(/\.c:(\d+):\d+: error/g)].map(([, line]) => Number(line));
  return new Set(lines.map((line) => expressions[line - 1 - first]).filter((each) => each !== undefined));
}

const MARK = '  /* one a line */';

function source(expressions: readonly string[]): string {
  return [
    '#include <stddef.h>',
    '#include <stdio.h>',
    ...HEADERS.map((header) => `#include <${header}>`),
    '#define END(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))',
    '#define PLACE(type, first, last) (offsetof(type, first) * 1000 + END(type, last) - offsetof(type, first))',
    'int main(void) { long long all[] = {',
    MARK,
    ...expressions.map((each) => `  (long long)(${each}),`),
    '  }; for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) printf("%lld\\n", all[i]); return 0; }',
  ].join('\n');
}
