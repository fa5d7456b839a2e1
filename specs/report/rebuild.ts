import { createLab, type Lab, type Namespace } from 'hairpin';

/** What independent programs say of a namespace. */
export type Reading = Record<KeyOfAny<(typeof BATCHES)[keyof typeof BATCHES]> | keyof typeof COMMANDS, unknown>;
type KeyOfAny<T> = T extends T ? keyof T : never;

/**
 * One program answers many questions, a line each: starting a program takes longer than most answers. Of routes and neighbours it lists
 * those of both families, of rules those of one.
 */
const BATCHES = {
  'ip -j -d': {
    links: 'link',
    addresses: 'address',
    routes: 'route show table all',
    nexthops: 'nexthop',
    rules: 'rule',
    proxies: 'neighbour show proxy',
    neighbours: 'neighbour show nud permanent',
    addrlabels: 'addrlabel',
  },
  'ip -j -6': { rulesOfIPv6: 'rule' },
  'bridge -j -d': { ports: 'link', fdb: 'fdb show' },
};

const COMMANDS = {
  // A kernel that has not loaded its bridge or vxlan module refuses, when the program has begun to write.
  mdb: 'all=$(bridge -j mdb show 2>/dev/null) && echo "$all" || true',
  vnis: 'all=$(bridge -j vni show 2>/dev/null) && echo "$all" || true',
  vlans: 'bridge -j vlan show',
  // Not how soon a lab asks for a neighbour again: lab.sh leaves that to the kernel.
  sysctls:
    'cd /proc/sys/net && grep -rs --exclude-dir=lo --exclude=retrans_time* --exclude=proxy_delay . ipv4/conf ipv6/conf ipv4/ip_* ipv4/icmp_* ipv4/tcp_rmem ipv4/neigh ipv6/neigh ipv6/icmp bridge || true',
  nftables: 'command -v nft >/dev/null || exit 0; nft list ruleset',
};

/**
 * A worker adds the local route of an IPv6 address, on a device with a carrier (`addrconf_dad_work`): wait, ten seconds at most. In a VRF
 * the route is in the table of the VRF.
 */
const UNTIL_LOCAL_ROUTES = `tries=0
until { echo link; echo address; echo route show table all; } | ip -o -6 -batch - | awk '
  /LOWER_UP/ { split($2, name, "[@:]"); up[name[1]] = 1 }
  $3 == "inet6" && !/dadfailed/ { sub("/.*", "", $4); wanted[$4, $2] = $2 }
  $1 == "local" { has[$2, $4] = 1 }
  END { for (each in wanted) if (wanted[each] in up && !(each in has)) exit 1 }
' || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
`;

const MARK = '%%';
const READ = [
  UNTIL_LOCAL_ROUTES,
  ...Object.entries(BATCHES).map(
    ([program, questions]) =>
      `${program} -batch - 2>&1 <<END || echo "exit $?"\n${Object.values(questions).join('\n')}\nEND\necho; echo ${MARK}\n`,
  ),
  ...Object.values(COMMANDS).map((command) => `(${command}) 2>&1 || echo "exit $?"; echo; echo ${MARK}\n`),
].join('');

/** Runs a lab's script by `sh`, in namespaces of its own, and reads what it made. */
export async function rebuild(
  script: string,
  names: string[] = [],
): Promise<{ exitCode: number | undefined; output: string; readings: Record<string, Reading> }> {
  await using other = createLab();
  const run = 'mount -t tmpfs none /run || exit; sh -c "$1" 2>&1; echo "exit $?"; shift';
  const show = `for name; do echo ${MARK}${MARK}; ip netns exec "$name" sh -c '${READ.replaceAll("'", "'\\''")}'; done`;
  const { stdout } = await other
    .namespace('runner')
    .exec('unshare', ['--mount', 'sh', '-c', `${run}; ${show}`, 'sh', script, ...names]);
  const [output = '', ...shown] = stdout.split(`${MARK}${MARK}\n`);
  return {
    exitCode: Number(/^exit (\d+)$/m.exec(output)?.[1]),
    output,
    readings: Object.fromEntries(shown.map((text, at) => [names[at], parse(text)])),
  };
}

/** Reads every namespace of a lab by the same programs. */
export async function readByPrograms(lab: Lab): Promise<Record<string, Reading>> {
  const read = async (namespace: Namespace) => {
    const { stdout } = await namespace.exec('sh', ['-c', READ]);
    return [namespace.name, parse(`${stdout}\n`)] as const;
  };
  return Object.fromEntries(await Promise.all(lab.namespaces.map(read)));
}

function parse(text: string): Reading {
  const parts = text.split(new RegExp(`^${MARK}\\n?`, 'm')).map((part) => part.trim());
  const batches = Object.values(BATCHES).flatMap((questions, at) => {
    const [names, lines] = [Object.keys(questions), (parts[at] ?? '').split('\n')];
    if (lines.length !== names.length) throw new Error(`of ${names.join(', ')} there are no lists: ${parts[at]}`);
    return names.map((name, line) => [name, lines[line] ?? ''] as const);
  });
  const commands = Object.keys(COMMANDS).map(
    (name, at) => [name, parts[Object.keys(BATCHES).length + at] ?? ''] as const,
  );
  return Object.fromEntries(
    [...batches, ...commands].map(([name, printed]) => [name, normalize(name, printed)]),
  ) as Reading;
}

function normalize(name: string, text: string): unknown {
  if (name === 'sysctls') return text.split('\n').sort();
  if (name === 'nftables') return text.split('\n');
  const list = text.split('\n').flatMap((line) => (line === '' ? [] : entriesOf(name, line)));
  const kept = list.filter((entry) => !isVolatile(entry)).map(strip);
  // A tunnel hashes its entries with a salt of its own (vxlan_fdb_table).
  return name === 'fdb' ? kept.map((entry) => JSON.stringify(entry)).sort() : kept;
}

type Entry = Record<string, unknown>;

function entriesOf(name: string, line: string): Entry[] {
  try {
    // iproute2 leaves the control characters of names as they are, which JSON has no room for.
    return JSON.parse(line.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1)));
  } catch (error) {
    throw new Error(`of ${name} there is no list: ${line}`, { cause: error });
  }
}

/** What the kernel learns and makes as it goes: forwarding entries, a device's own groups, link-local addresses. */
function isVolatile(entry: Entry): boolean {
  const { grp, mac, state, flags, dst, local, scope } = entry;
  if (grp !== undefined) return state === 'temp';
  const isLearnt = state === '' && !String(flags).includes('extern_learn');
  if (mac !== undefined) return isLearnt || (String(flags).includes('self') && dst === undefined);
  // Those of groups stand in the order in which the devices came up.
  return String(dst).startsWith('fe80::') || dst === 'ff00::/8' || (local !== undefined && scope === 'link');
}

/**
 * Without what no two networks have the same: timers, the namespaces' numbers for each other, the hardware addresses of tunnels, which
 * are drawn by lot (`ip6_tnl_dev_init_gen`), and traces of the past.
 */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isVolatile(Object(each))).map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !/timer$|^link_netnsid$|^permaddr$|life_time$/.test(key));
  const entry = Object.fromEntries(kept.map(([key, each]) => [key, strip(each)]));
  // A device that has never had an event since it was made up; one that has never been up.
  if (entry['operstate'] === 'UNKNOWN') entry['operstate'] = 'UP';
  if (entry['operstate'] === 'DOWN') delete entry['qdisc'];
  return entry;
}
