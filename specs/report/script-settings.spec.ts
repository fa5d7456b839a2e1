import { expect, type Lab, type Namespace, test } from 'hairpin';
import { vi } from 'vitest';
import { unlessCode } from '../../lib/base/has-code.ts';
import { NLM_F_CREATE, NLM_F_EXCL } from '../../lib/kernel/constants.ts';
import { isRootOfMachine } from '../../lib/kernel/namespaces/user-namespace.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { body } from '../../lib/netlink/codec/body.ts';
import { bytes, device, pad, string, u8 } from '../../lib/netlink/codec/scalars.ts';
import { struct } from '../../lib/netlink/codec/struct.ts';
import { attribute, table } from '../../lib/netlink/codec/table.ts';
import { ipLink, linkHeader } from '../../lib/netlink/link.ts';
import { requestOf } from '../../lib/netlink/request.ts';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { type RawLink, rawLink } from '../../lib/state/raw-link.ts';
import { needs } from '../needs.ts';
import { type Reading, readByPrograms, rebuild } from './rebuild.ts';

// lab.sh runs it.
needs('sysctl');

// Each takes a hundred programs.
vi.setConfig({ testTimeout: 1_200_000 });

/** A worker of the kernel's tells of a carrier (`linkwatch_do_dev`), which may take its second. */
const UNTIL_CARRIERS = `timeout 30 sh -c 'while ip -n a link | grep NO-CARRIER; do sleep 0.1; done'`;

/** Builds a lab anew by its script; what programs read of both must be equal. */
async function rebuilt(lab: Lab): Promise<{ script: string; readings: Record<string, Reading> }> {
  const script = labScript(readLab(lab));
  const [original, { exitCode, output, readings }] = await Promise.all([
    readByPrograms(lab),
    rebuild(
      `${script}${UNTIL_CARRIERS}\n`,
      lab.namespaces.map(({ name }) => name),
    ),
  ]);
  expect(exitCode, output).toBe(0);
  expect(readings).toEqual(original);
  return { script, readings };
}

/** Runs commands, until the devices that they made have their carriers: by one shell, since starting a program takes time. */
async function runLines(a: Namespace, lines: readonly string[]): Promise<void> {
  await a.exec('sh', ['-ec', [...lines, UNTIL_CARRIERS.replace('-n a ', '')].join('\n')]);
}

const L2TP = 'ip l2tp add tunnel tunnel_id 7 peer_tunnel_id 7 encap ip local 127.0.0.1 remote 127.0.0.2';
/** Nothing else loads the module. */
const MPLS = `modprobe mpls_router || true
sysctl -qw net.mpls.platform_labels=1000
ip -f mpls route add 100 dev lo`;

/** a: br1, with the ports x and y, whose other ends are there too. By one program, since each test makes it. */
const BRIDGE = [
  'ip -batch - <<END',
  'link add br1 address 02:00:00:00:0b:01 type bridge mcast_snooping 0',
  'link add x type veth peer name x1',
  'link add y type veth peer name y1',
  'link set x master br1',
  'link set y master br1',
  ...['br1', 'x1', 'x', 'y1', 'y'].map((name) => `link set ${name} up`),
  'END',
];

// a: x1 ── x (br1) y ── y1
test.for([
  ['neigh_suppress of a port', 'bridge link set dev x neigh_suppress on'],
  ['the backup port of a port', 'bridge link set dev x backup_port y'],
  ['other flags of a port', 'bridge link set dev x fastleave on root_block on mcast_to_unicast on mcast_router 2'],
  ['a static entry of a host’s bridge', 'bridge fdb add 02:00:00:00:dd:01 dev x master static sticky'],
  ['an entry of the bridge itself', 'bridge fdb add 02:00:00:00:dd:02 dev br1 self local'],
  ['the querier', 'ip link set br1 type bridge mcast_snooping 1 mcast_querier 1 mcast_igmp_version 3'],
  [
    'an entry of the group database',
    'ip link set br1 type bridge mcast_snooping 1\nbridge mdb add dev br1 port x grp 239.1.1.1 permanent',
  ],
  [
    'timers and priorities of the bridge',
    'ip link set br1 type bridge forward_delay 200 hello_time 100 max_age 600 priority 7',
  ],
  ['times of multicast', 'ip link set br1 type bridge mcast_query_interval 700 mcast_membership_interval 1700'],
  ['nf_call of a bridge', 'ip link set br1 type bridge nf_call_iptables 1 nf_call_ip6tables 1 nf_call_arptables 1'],
  ['the sysctls of br_netfilter', 'sysctl -w net.bridge.bridge-nf-call-iptables=0'],
  ['groups that a bridge forwards', 'ip link set br1 type bridge group_fwd_mask 8'],
  [
    'a name that is a word of ip link',
    'ip link add dev up type veth peer name down\nip link set dev down up\nip link set dev up up',
  ],
  [
    'a tunnel and its far ends',
    'ip link add vx7 address 02:00:00:00:0b:07 type vxlan id 7 dstport 4789 remote 192.0.2.7 nolearning\n' +
      'bridge fdb append 00:00:00:00:00:00 dev vx7 dst 192.0.2.8\nbridge fdb append 02:00:00:00:dd:07 dev vx7 dst 192.0.2.8\n' +
      'bridge fdb append 02:00:00:00:dd:08 dev vx7 dst 192.0.2.9',
  ],
  ['all multicast', 'ip link set x1 allmulticast on'],
  ['a group that the kernel joins', 'ip address add 239.1.1.1/32 dev x1 autojoin'],
  ['the lifetime of an address', 'ip address add 10.9.0.1/24 dev x1 valid_lft forever preferred_lft 0'],
  ['the broadcast address and label of an address', 'ip address add 10.9.0.1/24 brd 10.9.0.255 label x1:0 dev x1'],
  [
    'a protocol and a scope of a route',
    'ip address add 10.9.0.1/24 dev x1\nip route add 10.8.0.0/24 dev x1 proto static scope host',
  ],
  ['a preference of a route', 'ip -6 route add fd08::/64 dev x1 pref high'],
  [
    'nexthops and a group of them',
    'ip address add 10.9.0.1/24 dev x1\nip nexthop add id 7 via 10.9.0.9 dev x1\nip nexthop add id 8 via 10.9.0.8 dev x1\n' +
      'ip nexthop add id 9 group 7,3/8\nip nexthop add id 10 blackhole\nip route add 10.8.0.0/24 nhid 9\nip route add 10.7.0.0/24 nhid 10',
  ],
  [
    'rules of every kind',
    'ip rule add not from 10.9.0.0/24 iif x1 fwmark 0x10/0xf0 tos 0x10 lookup 100 priority 10\n' +
      'ip rule add oif x1 ipproto tcp dport 80-90 sport 1-2 blackhole priority 11\nip rule add uidrange 0-0 goto 32766 priority 12\n' +
      'ip rule add suppress_prefixlength 0 lookup main priority 13\nip rule add l3mdev priority 14\nip rule add nop priority 15\n' +
      'ip -6 rule add to fd00::/8 unreachable priority 16',
  ],
  [
    'the metrics of a route',
    'ip address add 10.9.0.1/24 dev x1\nip route add 10.8.0.0/24 dev x1 advmss 1000 window 5000 congctl reno',
  ],
  [
    'locks, estimates, features and realms of a route',
    'ip address add 10.9.0.1/24 dev x1\n' +
      'ip route add 10.8.0.0/24 dev x1 mtu lock 1300 hoplimit lock 7 rtt 30.5ms rttvar 9ms rto_min 20ms features ecn realms 3/7',
  ],
  [
    'rules of tunnels, groups and realms',
    'ip rule add from 10.9.0.0/24 lookup 100 realms 7 priority 10\nip rule add tun_id 7 lookup 100 suppress_ifgroup 3 priority 11',
  ],
  ['the protocol of a rule', 'ip rule add from 10.9.0.0/24 lookup 100 protocol static priority 10'],
  ['other names of a device', 'ip link property add dev x1 altname one-name altname another'],
  ['how addresses are made', 'ip link set x1 addrgenmode none'],
  [
    'labels of IPv6 addresses',
    'ip addrlabel add prefix fd08::/64 label 42\nip addrlabel add prefix fd09::/64 dev x1 label 43\n' +
      'ip addrlabel del prefix 2001::/32 label 6\nip addrlabel del prefix ::/0 label 1\nip addrlabel add prefix ::/0 label 9',
  ],
  ['how neighbours are asked for', 'sysctl -w net.ipv4.neigh.x1.gc_stale_time=77 net.ipv6.neigh.x1.mcast_solicit=9'],
  ['the loopback', 'ip link set lo mtu 4000 promisc on arp off'],
  ['a secret of addresses', 'sysctl -w net.ipv6.conf.x1.stable_secret=2001:db8::1'],
  ['who added a neighbour', 'ip neighbour add 10.9.0.5 lladdr 02:00:00:00:00:05 dev x1 nud permanent protocol 7'],
  [
    'a vxlan that takes its tunnels from routes',
    'ip link add v7 address 02:00:00:00:0b:07 type vxlan external dstport 4790',
  ],
  [
    'the VNIs that a vxlan takes',
    'ip link add v7 address 02:00:00:00:0b:07 type vxlan external vnifilter dstport 4790\n' +
      'bridge vni add vni 7 remote 192.0.2.7 dev v7\nbridge vni add vni 10-19 dev v7',
  ],
  ['the MTU of IPv6 on a device', 'sysctl -w net.ipv6.conf.x1.mtu=1300'],
  ['the MTUs of a device and of IPv6 on it', 'ip link set x1 mtu 1400\nsysctl -w net.ipv6.conf.x1.mtu=1300'],
  [
    'settings of IP',
    'sysctl -w net.ipv4.ip_nonlocal_bind=1 net.ipv4.conf.all.arp_accept=1 net.ipv6.conf.default.hop_limit=7',
  ],
] as const)('a script says %s', async ([, commands], { lab }) => {
  const a = lab.namespace('a');
  await runLines(a, BRIDGE);
  const before = await readByPrograms(lab);
  await runLines(a, commands.split('\n'));
  const { script, readings } = await rebuilt(lab);
  // Else the script had nothing to say.
  expect(readings).not.toEqual(before);
  expect(script).not.toContain('# Left out');
});

// a: x1 ── x (br1) y ── y1
test.for([
  [
    'proxy_arp of a port',
    'ip link set x type bridge_slave proxy_arp on',
    'a/x: attribute 10 of IFLA_INFO_SLAVE_DATA 0x01',
  ],
  ['the length of a queue', 'ip link set x1 txqueuelen 7', 'a/x1: IFLA_TXQLEN 0x07000000'],
  [
    'a neighbour of a control plane',
    'ip neighbour add 10.0.0.77 lladdr 02:00:00:00:00:77 dev x1 nud stale extern_learn',
    'the neighbour 10.0.0.77 of a/x1, which a program looks after (extern_learn, managed)',
  ],
  ['a group of devices', 'ip link set x1 group 7', 'a/x1: IFLA_GROUP 0x07000000'],
  ['a group of the loopback', 'ip link set lo group 7', 'a/lo: IFLA_GROUP 0x07000000'],
  [
    'a policy and a label of a device that is gone',
    'ip link add v0 index 77 type veth peer name v1\nip xfrm policy add dst 10.9.0.1 dev v0 dir out\nip addrlabel add prefix fd08::/64 dev v0 label 7\nip link del v0',
    'the address label prefix fd08::/64 dev 77 label 7 of a: its device is not there',
    'the policy of IPsec src 0.0.0.0/0 dst 10.9.0.1/32 dev 77 dir out of a: its device is not there',
  ],
  [
    'a policy of the type sub (CONFIG_XFRM_SUB_POLICY)',
    'ip xfrm policy add dst 10.9.0.1 dir in ptype sub',
    'the policy of IPsec src 0.0.0.0/0 dst 10.9.0.1/32 dir in of a: it is of the type sub',
  ],
  ['a flag of a device', 'ip link set x1 multicast off', 'a/x1: multicast off'],
  ['the broadcast address of a device', 'ip link set x1 brd 02:00:00:00:00:ff', 'a/x1: IFLA_BROADCAST 0x0200000000ff'],
  [
    'a group of a device',
    'ip maddress add 01:00:5e:01:02:03 dev x1',
    'the group 01:00:5e:01:02:03 of a/x1 (ip maddress)',
  ],
  [
    'an address that a device lets in',
    'bridge fdb add 02:00:00:00:dd:09 dev x1 self',
    'the address 02:00:00:00:dd:09 that the filter of a/x1 lets in (bridge fdb … self)',
  ],
  ['a queueing discipline', 'tc qdisc add dev x1 root htb', 'the queueing discipline htb of a/x1 (tc qdisc)'],
] as const)('a script says that it leaves out %s', async ([, commands, ...remarks], { lab }) => {
  const a = lab.namespace('a');
  await runLines(a, [...BRIDGE, ...commands.split('\n')]);
  const script = labScript(readLab(lab));
  expect(script.match(/^# Left out: .*$/gm)).toEqual(remarks.map((remark) => `# Left out: ${remark}`));
});

// a: x1 ── x (br1) y ── y1
test.for([
  [
    'CONFIG_MPTCP',
    'ip address add 10.9.0.2/32 dev x1\nip mptcp endpoint add 10.9.0.1 id 7 signal\n' +
      'ip mptcp endpoint add 10.9.0.2 port 80 signal\n' +
      'ip mptcp endpoint add fd09::1 dev x1 subflow backup\nip mptcp limits set subflows 5 add_addr_accepted 3',
    'ip mptcp endpoint; ip mptcp limits',
  ],
  [
    'CONFIG_NET_FOU',
    'modprobe fou || busybox modprobe fou || true\nip address add 10.9.0.1/24 dev x1\nip fou add port 5555 ipproto 47\nip -6 fou add port 5556 gue\n' +
      'ip fou add port 5557 gue local 10.9.0.1 peer 10.9.0.2 peer_port 7 dev x1',
    'ip fou show | sort',
  ],
  [
    'CONFIG_XFRM_USER',
    'ip xfrm policy add src 10.9.0.0/24 dst 10.8.0.0/16 proto tcp dport 80 dev x1 dir out mark 7 mask 0xff if_id 3 priority 9 flag localok limit byte-hard 99 ' +
      'tmpl src 10.9.0.1 dst 10.9.0.2 proto esp spi 7 mode tunnel reqid 3 tmpl proto ah\n' +
      'ip -6 xfrm policy add dir fwd proto ipv6-icmp type 135 action block\nip xfrm policy add dir in proto gre key 1.2.3.4\n' +
      'ip xfrm policy add dst 10.9.0.1 dir in tmpl proto comp level use tmpl proto esp\nip xfrm policy setdefault in block fwd block',
    'ip -s xfrm policy | grep -v " use "; ip xfrm policy getdefault',
  ],
])('a script says what %s brings', async ([option = '', commands = '', list = ''], { lab, skip }) => {
  const a = lab.namespace('a');
  await runLines(a, BRIDGE);
  const { exitCode } = await a.exec('sh', ['-ec', commands], { reject: false });
  skip(exitCode !== 0, `needs ${option}`);
  const script = labScript(readLab(lab));
  expect(script).not.toContain('# Left out');
  const { stdout } = await a.exec('sh', ['-c', list]);
  const { output } = await rebuild(`${script}ip netns exec a sh -c '${list}'\n`);
  expect(stdout).not.toBe('');
  expect(output).toContain(stdout);
});

// a: x1 ── x (br1) y ── y1
test.for([
  ['CONFIG_IPV6_SEG6_LWTUNNEL', 'ip sr tunsrc set fd00::1', 'the source address of SRv6 of a (ip sr tunsrc)'],
  [
    'CONFIG_IP_MROUTE_MULTIPLE_TABLES',
    'ip mrule add iif x1 lookup 7',
    'the rules of multicast routing of a (ip mrule)',
  ],
  ['CONFIG_L2TP', L2TP, 'the tunnels of L2TP of a (ip l2tp)'],
  ['CONFIG_IPV6_IOAM6_LWTUNNEL', 'ip ioam namespace add 7', 'the namespaces of IOAM of a (ip ioam namespace)'],
  ['CONFIG_MPLS_ROUTING', MPLS, 'the routes of MPLS of a (ip -f mpls route)'],
])('a script says that it leaves out what %s brings', async ([option = '', commands = '', remark], { lab, skip }) => {
  const a = lab.namespace('a');
  await runLines(a, BRIDGE);
  const { exitCode } = await a.exec('sh', ['-ec', commands], { reject: false });
  skip(exitCode !== 0, `needs ${option}`);
  expect(labScript(readLab(lab)).match(/^# Left out: .*$/gm)).toEqual([`# Left out: ${remark}`]);
});

// a: br1
test('a script says that it leaves out an option of a bridge that hairpin does not know', ({ lab, skip }) => {
  const a = lab.namespace('a');
  const { index } = a.bridge({ name: 'br1', address: false });
  // BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION of Linux 6.16, and the mask behind it.
  const flags = Buffer.from([8, 0, 0, 0, 8, 0, 0, 0]);
  const data = table({ flags: attribute('IFLA_BR_MULTI_BOOLOPT', 46, bytes) });
  const info = table({
    kind: attribute('IFLA_INFO_KIND', 1, string),
    data: attribute('IFLA_INFO_DATA', 2, data),
  });
  const message = body(linkHeader, table({ info: attribute('IFLA_LINKINFO', 18, info) }));
  const values = { index, info: { kind: 'bridge', data: { flags } } };
  const { rtnetlink } = engineOf(a);
  rtnetlink.change(requestOf(16, message, values as never, { words: 'ip link set br1 type bridge …' }));
  const options = (rtnetlink.get({ ...ipLink.get({ index }), read: (bytes) => rawLink(bytes) }) as RawLink).data.get(
    46,
  );
  skip(((options?.readUInt32LE(0) ?? 0) & 8) === 0, 'this kernel does not know the option (br_boolopt_multi_toggle)');
  const script = labScript(readLab(lab));
  expect(script).toContain('# Left out: a/br1: bits 0x8 of attribute 46 of IFLA_INFO_DATA\n');
});

// a: br1, v7
test('a script says that it leaves out the remote ends of a group of a vxlan', async ({ lab, skip }) => {
  const a = lab.namespace('a');
  a.bridge({ name: 'br1', address: false });
  const { index } = a.link('vxlan', { name: 'v7', id: 7, address: false });
  // struct br_mdb_entry: MDB_PERMANENT, and the group behind it. MDBE_ATTR_DST.
  const entry = Buffer.alloc(28);
  entry.writeInt32LE(index, 0);
  entry.writeUInt8(1, 4);
  entry.set([239, 1, 1, 1], 8);
  entry.writeUInt16BE(0x0800, 24);
  const more = table({ remote: attribute('MDBE_ATTR_DST', 5, bytes) });
  const message = body(
    struct('br_port_msg', { family: u8, padding: pad(3), bridge: device }),
    table({ entry: attribute('MDBA_SET_ENTRY', 1, bytes), more: attribute('MDBA_SET_ENTRY_ATTRS', 2, more) }),
  );
  const values = { family: 7, bridge: index, entry, more: { remote: Buffer.from([192, 0, 2, 7]) } };
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  const add = () =>
    engineOf(a).rtnetlink.change(requestOf(84, message, values as never, { flags, words: 'bridge mdb add dev v7 …' }));
  skip(unlessCode(['EOPNOTSUPP', 'EINVAL'], () => add() ?? true) !== true, 'needs Linux 6.4 (vxlan_mdb_add)');
  const script = labScript(readLab(lab));
  expect(script.match(/^# Left out: .*$/gm)).toEqual([
    '# Left out: the remote ends of groups of vxlans of a (bridge mdb)',
  ]);
  expect((await rebuild(script)).exitCode).toBe(0);
});

// a
test('a script says what somebody changed of the loopback and of the MTUs that routes learn', async ({ lab }) => {
  const a = lab.namespace('a');
  const settings = ['net.ipv4.conf.lo.arp_ignore=3', 'net.ipv6.conf.lo.mtu=3000'];
  // Another user has no settings of routes (ipv6_route_sysctl_init).
  if (isRootOfMachine()) settings.push('net.ipv6.route.mtu_expires=77');
  await a.exec('sysctl', ['-w', ...settings]);
  const script = labScript(readLab(lab));
  for (const setting of settings) expect(script).toContain(setting);
  // All else of the loopback is as it was.
  expect(script.match(/^[^#].*conf\.lo\.\S+/gm)).toHaveLength(2);
  const shown = `${script}for name in ${settings.map((each) => each.replace(/=.*/, '')).join(' ')}; do ip netns exec a sysctl "$name"; done\n`;
  expect((await rebuild(shown)).output.split('\n')).toEqual(
    expect.arrayContaining(settings.map((each) => each.replace('=', ' = '))),
  );
});

// a: x1 ── x (br1, VLANs 1 and 10) y ── y1
test('a script says the VLANs of ports (needs CONFIG_BRIDGE_VLAN_FILTERING)', async ({ lab, skip }) => {
  const a = lab.namespace('a');
  const run = (line: string) => a.exec('sh', ['-c', line], { reject: false });
  await runLines(a, BRIDGE);
  const { exitCode } = await run('bridge vlan add dev x vid 10 pvid untagged');
  skip(exitCode !== 0, 'needs CONFIG_BRIDGE_VLAN_FILTERING');
  const lines = ['ip link set br1 type bridge vlan_filtering 1', 'bridge vlan del dev x vid 1'];
  const others = [
    ...['bridge vlan add dev y vid 10', 'bridge vlan add dev br1 vid 10 self'],
    'bridge vlan set vid 10 dev y state blocking',
  ];
  for (const line of [...lines, ...others]) expect((await run(line)).exitCode, line).toBe(0);
  await run(UNTIL_CARRIERS.replace('-n a ', ''));
  expect((await rebuilt(lab)).script).not.toContain('# Left out');
});
