import { expect, type Lab, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { explanationOf } from './explanation-of.ts';

// a ── eth0 (r) eth1 ── b, asked with packets of 1500 bytes
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const { a: eth1, b: end } = lab.cable(r, b);
  return { a, b, eth1, end };
}

const whole = [
  [4, 1472],
  [6, 1452],
] as const;

test.for(whole)('over IPv%i, %i bytes of data fill an Ethernet packet', async ([family, size], { lab }) => {
  const { a, b } = build(lab);
  await expect(a).toReach(b, { family, size });
  await expect(a).toReach(b, { family, size, by: 'udp' });
  // The referee: ping, that is not to fragment either.
  const ping = (bytes: number) =>
    a.exec('ping', ['-c1', '-W1', '-M', 'do', '-s', String(bytes), family === 4 ? '10.0.1.2' : 'fd00:0:0:1::2'], {
      reject: false,
    });
  expect((await ping(size)).exitCode).toBe(0);
  expect((await ping(size + 1)).exitCode).not.toBe(0);
});

test.for(whole)("over IPv%i, longer than the source's own MTU", async ([family, size], { lab }) => {
  const { a, b } = build(lab);
  const failure = await failureOf(expect(a).toReach(b, { family, size: size + 1, within: 50 }));
  expect(
    failure.slice(failure.indexOf('Received:')),
  ).toBe(`Received:  nothing was sent: message too long, mtu=1500 (EMSGSIZE)
Why:       a/eth0 sends packets of up to 1500 bytes (its MTU), and this one has 1501

Hint: size is without the headers: at most ${size} here; or set({ mtu: 1501 }) on each device of the way`);
});

// What the route says of itself counts, as for ping -M do; what a router has said of it does not.
test.for([
  ['mtu lock 600', 4, 572],
  ['mtu 600', 4, 572],
  ['mtu 1300', 6, 1252],
] as const)('a route with %s over IPv%i takes no longer packet', async ([words, family, size], { lab }) => {
  const { a, b } = build(lab);
  const [via, target] = family === 4 ? ['10.0.0.2', '10.0.1.2'] : ['fd00::2', 'fd00:0:0:1::2'];
  await a.exec('ip', [`-${family}`, 'route', 'replace', 'default', 'via', via, ...words.split(' ')]);
  const mtu = words.split(' ').at(-1);
  for (const by of ['icmp', 'udp'] as const) {
    await expect(a).toReach(b, { family, by, size });
    await expect(a).not.toReach(b, { family, by, size: size + 1, because: 'unsent' });
    const failure = await failureOf(expect(a).toReach(b, { family, by, size: size + 1, within: 50 }));
    expect(
      failure.slice(failure.indexOf('Received:')),
    ).toBe(`Received:  nothing was sent: message too long, mtu=${mtu} (EMSGSIZE)
Why:       the route of a to ${target} takes packets of up to ${mtu} bytes (its MTU), and this one has ${Number(mtu) + 1}

Hint: size is without the headers: at most ${size} here; or on a: ip route show, and the mtu of that route`);
  }
  const ping = await a.exec('ping', ['-c1', '-W1', '-M', 'do', '-s', String(size + 1), target], { reject: false });
  expect(ping.stderr).toMatch(new RegExp(`message too long, mtu[=:] ?${mtu}$`, 'm'));
});

test('IPv6 of a device takes no longer packet than its own MTU', async ({ lab }) => {
  const { a, b } = build(lab);
  a.sysctl.set('net/ipv6/conf/eth0/mtu', 1300);
  await expect(a).toReach(b, { family: 6, size: 1252 });
  await expect(a).toReach(b, { family: 4, size: 1472 });
  expect(await failureOf(expect(a).toReach(b, { family: 6, size: 1253, within: 50 }))).toContain(
    'Received:  nothing was sent: message too long, mtu=1300 (EMSGSIZE)\n' +
      'Why:       a/eth0 sends IPv6 packets of up to 1300 bytes (net.ipv6.conf.eth0.mtu), and this one has 1301\n\n' +
      "Hint: on a: sysctl.set('net.ipv6.conf.eth0.mtu', 1301), at most the MTU of the device; or smaller packets",
  );
  a.sysctl.set('net.ipv6.conf.eth0.mtu', 1301);
  await expect(a).toReach(b, { family: 6, size: 1253 });
});

test('a router has an MTU of IPv6 for a device, too, and the message names the setting', async ({ lab }) => {
  const { a, b, eth1 } = build(lab);
  const { namespace: r } = eth1;
  r.sysctl.set('net/ipv6/conf/eth1/mtu', 1300);
  await expect(a).toReach(b, { family: 6, size: 1252 });
  await expect(a).toReach(b, { family: 4, size: 1472 });
  // The referee.
  const ping = await a.exec('ping', ['-c1', '-W1', '-M', 'do', '-s', '1253', 'fd00:0:0:1::2'], { reject: false });
  expect(ping.stdout).toMatch(/^From fd00::2 icmp_seq=1 Packet too big: mtu=1300$/m);
  const asked = () => expect(a).toReach(b, { family: 6, size: 1253, within: 50 });
  expect(await explanationOf(asked())).toContain(
    'a/eth0 → r/eth0 ✗ r/eth1 sends IPv6 packets of up to 1300 bytes (net.ipv6.conf.eth1.mtu), and this one has 1301\n' +
      "Hint: on r: sysctl.set('net.ipv6.conf.eth1.mtu', 1301), at most the MTU of the device; or smaller packets",
  );
  await expect(a).not.toReach(b, { family: 6, size: 1253, droppedBy: 'link.mtu', at: eth1 });
  r.sysctl.set('net.ipv6.conf.eth1.mtu', 1301);
  await expect(a).toReach(b, { family: 6, size: 1253 });
});

test('a far end that takes less swallows it', async ({ lab }) => {
  const { a, b, end } = build(lab);
  end.set({ mtu: 1400 });
  await expect(a).toReach(b, { size: 1372 });
  expect(await explanationOf(expect(a).toReach(b, { size: 1472, within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 → r/eth1 ✗ b/eth0 takes packets of up to 1400 bytes (its MTU), and this one has 1500
Hint: both ends of a cable need the same MTU: r/eth1 has 1500`,
  );
});

test.for(whole)('over IPv%i, a router that has too long a packet refuses it', async ([family, size], { lab }) => {
  const { a, b, eth1, end } = build(lab);
  for (const device of [eth1, end]) device.set({ mtu: 1400 });
  const failure = await failureOf(expect(a).toReach(b, { family, size, within: 50 }));
  const words =
    family === 4 ? 'fragmentation needed (MTU 1400) from 10.0.0.2' : 'packet too big (MTU 1400) from fd00::2';
  expect(failure).toMatch(
    new RegExp(`\\nReceived:  a refusal: ICMP ${words.replaceAll(/[()]/g, '\\$&')} \\(\\d+ probes?\\)\\n`),
  );
  expect(failure).toMatch(
    /\n {2}a\/eth0 → r\/eth0 ✗ r\/eth1 sends packets of up to 1400 bytes \(its MTU\), and this one has 1500, not to be fragmented\nHint: set\({ mtu: 1500 }\) on r\/eth1 and on the other end of its cable; or smaller packets$/,
  );
  await expect(a).not.toReach(b, { family, size });
  // What was learnt of the path is not asked: once the network has changed, the answer has.
  for (const device of [eth1, end]) device.set({ mtu: 1500 });
  await expect(a).toReach(b, { family, size });
  await expect(a).toReach(b, { family, size, by: 'udp' });
});

// a ── p0 sw p1 ── b, and only a's cable takes more than 1500 bytes
test('a bridge drops what is too long for the port', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const near = lab.cable(a, sw);
  lab.cable(b, sw);
  for (const end of [near.a, near.b]) end.set({ mtu: 2000 });
  await expect(a).toReach(b, { size: 1472 });
  expect(await explanationOf(expect(a).toReach(b, { size: 1572, within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq N):
  a/eth0 → sw/p0 ✗ sw/p1 sends packets of up to 1500 bytes (its MTU), and this one has 1600: a bridge fragments nothing
Hint: set({ mtu: 1600 }) on sw/p1 and on the other end of its cable`,
  );
});

test('of jumbo frames the path is seen, too', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const cables = [a, b].map((ns) => lab.cable(ns, sw));
  for (const cable of cables) for (const end of [cable.a, cable.b]) end.set({ mtu: 9000 });
  const [, port] = cables.map((cable) => cable.b);
  await expect(a).toReach(b, { size: 8972, through: port as NonNullable<typeof port> });
});
