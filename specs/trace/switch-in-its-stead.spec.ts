import { expect, type Lab, type Switch, test } from 'hairpin';
import { readSysctls } from '../../lib/kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { failureOf } from '../matchers/failure-of.ts';
import { addRules } from './rules/add-rules.ts';

// a ── p0 (sw) p1 ── b, where sw has an address of its own at br0
async function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw);
  await sw.exec('ip', ['address', 'add', '10.0.0.100/24', 'dev', 'br0']);
  return { sw, a, b };
}

/** Hands what it bridges to IP's hooks; what they send elsewhere needs a route (`br_nf_pre_routing_finish`). */
function callIptables(sw: Switch): boolean {
  const name = 'net/bridge/bridge-nf-call-iptables';
  const has = readSysctls(engineOf(sw).netns, [name]).has(name);
  if (has) sw.sysctl.set(name, 1);
  sw.sysctl.set('net/ipv4/ip_forward', 1);
  return has;
}

const NEEDS = 'needs CONFIG_BRIDGE_NETFILTER';
const NAT = 'ip nat pre { type nat hook prerouting priority -100; }';

test('a switch that takes the probe for its own answers for itself', async ({ lab, skip }) => {
  const { sw, a, b } = await build(lab);
  if (!callIptables(sw)) skip(NEEDS);
  await expect(a).toReach(b);
  await addRules(sw, NAT, ['ip daddr 10.0.0.2 redirect']);
  const failure = await failureOf(expect(a).toReach(b, { within: 100 }));
  expect(failure).toMatch(/\nReceived: {2}an answer after .*, not of b: sw took the probe for its own\n/);
  expect(failure).toContain(
    '\nHint: a packet filter on the way translates 10.0.0.2, or has a proxy take it (tproxy): nft list ruleset',
  );
  expect(await failureOf(expect(a).not.toReach(b))).toContain(', not of b: sw took the probe for its own\n');
});

// sw sends what is for 10.0.0.2 to 10.0.0.22, which b has, too
test.for(['icmp', 'tcp', 'udp'] as const)(
  'a switch that translates to another address of the target passes on its answer, by %s',
  async (by, { lab, skip }) => {
    const { sw, a, b } = await build(lab);
    if (!callIptables(sw)) skip(NEEDS);
    b.interface().address.add('10.0.0.22/24');
    await addRules(sw, NAT, ['ip daddr 10.0.0.2 dnat to 10.0.0.22']);
    await expect(a).toReach(b, { by });
  },
);

test.for(['icmp', 'tcp', 'udp'] as const)('so does one that does it frame by frame, by %s', async (by, { lab }) => {
  const { sw, a, b } = await build(lab);
  b.interface().address.add('10.0.0.22/24');
  await addRules(sw, 'bridge t c { type filter hook prerouting priority 0; }', [
    'ip daddr 10.0.0.2 ip daddr set 10.0.0.22',
    'ip saddr 10.0.0.22 ip saddr set 10.0.0.2',
  ]);
  await expect(a).toReach(b, { by });
});

test('the same by ARP, where a port of it has neigh_suppress', async ({ lab }) => {
  const { sw, a, b } = await build(lab);
  await expect(a).toReach(b, { by: 'arp' });
  const { mac } = b.interface();
  await sw.exec('bridge', ['fdb', 'replace', mac, 'dev', 'p1', 'master', 'static']);
  await sw.exec('bridge', ['link', 'set', 'dev', 'p1', 'neigh_suppress', 'on']);
  await sw.exec('ip', ['neighbour', 'replace', '10.0.0.2', 'lladdr', mac, 'dev', 'br0']);
  expect(await failureOf(expect(a).toReach(b, { by: 'arp', within: 20 }))).toContain(
    ', not of b: sw answered for 10.0.0.2, for its bridge has a port with neigh_suppress or proxy_arp\n',
  );
  await expect(a).toReach(b);
});
