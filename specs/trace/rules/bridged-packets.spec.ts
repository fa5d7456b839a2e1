import { expect, type Lab, test } from 'hairpin';
import { readSysctls } from '../../../lib/kernel/namespaces/sysctl.ts';
import { engineOf } from '../../../lib/lab/engines/engine.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── p0 (sw) p1 ── b, where sw hands what it bridges to IP's hooks (br_netfilter)
function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw);
  const name = 'net/bridge/bridge-nf-call-iptables';
  const has = readSysctls(engineOf(sw).netns, [name]).has(name);
  if (has) sw.sysctl.set(name, 1);
  return { sw, a, b, has };
}

const NEEDS = 'needs CONFIG_BRIDGE_NETFILTER';

test.for(['ip', 'inet'])('a chain of %s at forward drops what a switch bridges', async (family, { lab, skip }) => {
  const { sw, a, b, has } = build(lab);
  if (!has) skip(NEEDS);
  await addRules(sw, `${family} t c { type filter hook forward priority 0; }`, ['icmp type echo-request drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(`
  a/eth0 → sw/p0 ✗ dropped by the packet filter of sw, table ${family} t, chain c (hook forward):
                   icmp type echo-request drop # handle `);
});

test('its policy', async ({ lab, skip }) => {
  const { sw, a, b, has } = build(lab);
  if (!has) skip(NEEDS);
  await addRules(sw, 'inet t c { type filter hook forward priority 0; policy drop; }', ['tcp dport 80 accept']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'a/eth0 → sw/p0 ✗ dropped by the packet filter of sw, table inet t, chain c (hook forward): policy drop\n',
  );
});

// a, c ── p0, p2 (sw) p1 ── b, where sw hands what it bridges to IP's hooks (br_netfilter)
test('a flooded copy that is dropped on its way to another host is no reason', async ({ lab, skip }) => {
  const { sw, a, b, has } = build(lab);
  if (!has) skip(NEEDS);
  const c = lab.namespace('c');
  lab.cable(c, sw);
  await addRules(sw, 'bridge t c { type filter hook forward priority 0; }', ['oifname "p2" drop']);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('→ b/eth0 ✗ b answers no echo');
  expect(await explanationOf(expect(a).toReach(c, { within: 50 }))).toContain(
    '✗ dropped by the packet filter of sw, table bridge t, chain c (hook forward):\n',
  );
});
