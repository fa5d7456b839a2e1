import { expect, type Lab, type Namespace, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

const VIP = '10.0.1.99';

// a ── r ── eth0 (b), which has an address on a device that asks and answers nobody, as behind a load balancer
async function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const { b: eth0 } = lab.cable(r, b);
  await b.exec('ip', ['link', 'add', 'vip0', 'type', 'veth', 'peer', 'name', 'nowhere']);
  await b.exec('ip', ['link', 'set', 'vip0', 'arp', 'off', 'up']);
  await b.exec('ip', ['link', 'set', 'nowhere', 'up']);
  await b.exec('ip', ['address', 'add', `${VIP}/32`, 'dev', 'vip0']);
  await b.exec('ip', ['address', 'add', 'fd00:0:0:1::99/128', 'dev', 'vip0', 'nodad']);
  lab.discover();
  await expect(a).toReach(VIP);
  r.neighbour.flush();
  return { a, r, b, eth0 };
}

const asked = (a: Namespace, address = VIP) => explanationOf(expect(a).toReach(address, { within: 50 }));

test('it is the device that the question comes to that is asked why, not the one with the address', async ({ lab }) => {
  const { a, b } = await build(lab);
  b.sysctl.set('net.ipv4.conf.all.arp_ignore', 1);
  expect(await asked(a)).toContain(
    `✗ r asks who has ${VIP}, and nobody answers: b/eth0 does not answer ARP for ${VIP}: arp_ignore is 1\n`,
  );
});

test('over IPv6 a device answers for its own addresses alone', async ({ lab }) => {
  const { a } = await build(lab);
  expect(await asked(a, 'fd00:0:0:1::99')).toContain(
    '✗ r asks who has fd00:0:0:1::99, and nobody answers: fd00:0:0:1::99 is an address of b/vip0, and b/eth0 answers ND only for its own\n',
  );
});

// a ── r ── sw ── b, and the switch sends r nothing that is for r alone
test('an answer that was given is not said to be none', async ({ lab }) => {
  const sw = lab.switch('sw', { ageingTime: 0 });
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  // It learns nothing, so unicast, such as an ARP reply, does not come out to the router.
  lab.cable(r, sw, { b: { flood: false } });
  lab.cable(b, sw);
  const address = b.interface().address.first(4)?.address ?? '';
  expect(await asked(a, address)).toContain(`✗ r asks who has ${address}, and the answer of b does not come`);
});
