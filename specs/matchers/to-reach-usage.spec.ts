import { createLab, expect, type Namespace, type ToReachOptions, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a ── b
const wrong: [options: object, message: string][] = [
  [{ within: -1 }, 'within must be milliseconds, 0 to 2147483647: received -1'],
  [{ by: 'sctp' }, "by must be one of icmp, tcp, udp, arp, nd: received 'sctp'"],
  [{ family: 5 }, 'family must be one of 4, 6: received 5'],
  [{ by: 'tcp', port: 0 }, 'port must be a whole number from 1 to 65535: received 0'],
  [{ port: 80 }, "port belongs to by: 'tcp' and 'udp': add by: 'tcp' or 'udp'"],
  [{ listen: false }, "listen belongs to by: 'tcp' and 'udp': received by: 'icmp'"],
  [{ by: 'udp', listen: false }, 'listen: false needs a port to ask at'],
  [{ by: 'arp', family: 6 }, "by: 'arp' asks over IPv4: received family: 6"],
  [{ by: 'nd', family: 4 }, "by: 'nd' asks over IPv6: received family: 4"],
  [{ neighbours: 'warm' }, "neighbours must be one of cold, kept: received 'warm'"],
  [{ hold: 5 }, 'hold belongs to .not.toReach; without .not it is within'],
  [{ because: 'lost' }, 'because belongs to .not.toReach'],
  [
    { from: '10.0.0.2' },
    "from must be an interface of a with an IPv4 address, or one of its addresses: received '10.0.0.2'",
  ],
  [{ through: 5 }, 'through must be a port, an interface or a namespace of the lab, or a list of them: received 5'],
  [
    { notThrough: ['p0'] },
    "notThrough must be a port, an interface or a namespace of the lab, or a list of them: received 'p0'",
  ],
  [{ by: 'tcp', port: 80, listen: 'false' }, "listen must be true or false: received 'false'"],
  [
    { through: undefined },
    'through must be a port, an interface or a namespace of the lab, or a list of them: received undefined',
  ],
  [{ notThrough: [] }, 'notThrough must name a port, an interface or a namespace: received an empty list'],
  [{ size: 16 }, 'size must be a whole number from 17 to 65507: received 16'],
  [{ size: 100, by: 'tcp' }, "size belongs to by: 'icmp' and 'udp': received by: 'tcp'"],
  [
    { wihtin: 5 },
    "there is no option 'wihtin' (the nearest is within); the options are by, family, from, port, listen, size, neighbours, within, hold, because, droppedBy, at, through, notThrough",
  ],
];

test.for(wrong)('%o is refused: %s', async ([options, message], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const failure = await failureOf(expect(a).toReach(b, options as ToReachOptions));
  expect(failure).toMatch(/^expect\(a\)\.toReach\(b, {.*}\): /);
  expect(failure.slice(failure.indexOf('}): ') + '}): '.length)).toBe(message);
});

test('within is not for .not, and because names an outcome', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await failureOf(expect(a).not.toReach(b, { within: 5 }))).toContain(
    'within belongs to toReach; for .not it is hold',
  );
  expect(await failureOf(expect(a).not.toReach(b, { because: 'broken' } as object))).toContain(
    "because must be one of lost, refused, unsent: received 'broken'",
  );
});

test('a hold that an answer may outlast is refused', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await failureOf(expect(a).not.toReach(b, { hold: 0 }))).toBe(
    'expect(a).not.toReach(b, { hold: 0 }): hold must be 20 ms or more, since an answer may take as long: received 0',
  );
});

// a ── b   c
test('ends without an address are refused, with what to do', async ({ lab }) => {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, b, { b: { address: false } });
  expect(await failureOf(expect(a).toReach(b))).toBe(
    "expect(a).toReach(b): b has no IP address to ask for; give it one: b.interface('eth0').address.add('10.0.0.2/24')",
  );
  expect(await failureOf(expect(b).not.toReach(a))).toBe(
    "expect(b).not.toReach(a): b has no IPv4 address to ask from; give it one: b.interface('eth0').address.add('10.0.0.2/24')",
  );
  expect(await failureOf(expect(a).toReach(c))).toBe(
    'expect(a).toReach(c): c has no IP address to ask for; give it one: it has no interface: plug in a cable or a macvlan',
  );
});

// a ── eth0 (b) bridge0
test('a port is given no address: its bridge is', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b, { b: { address: false } });
  b.bridge({ address: false, ports: [eth0] });
  const mend = "give it one: b.interface('bridge0').address.add('10.0.0.2/24')";
  for (const to of [b, eth0])
    expect(await failureOf(expect(a).toReach(to))).toBe(
      `expect(a).toReach(${to}): ${to} has no IP address to ask for; ${mend}`,
    );
  expect(await failureOf(expect(b).toReach(a))).toBe(
    `expect(b).toReach(a): b has no IPv4 address to ask from; ${mend}`,
  );
});

// a ── sw
test('a switch that asks is refused', async ({ lab }) => {
  const sw = lab.switch('sw');
  lab.cable(lab.namespace('a'), sw);
  expect(await failureOf(expect(sw).toReach('10.0.0.1'))).toBe(
    "expect(sw).toReach('10.0.0.1'): sw is a switch, which has no address of its own: ask from one of its hosts",
  );
});

// a ── b
test('an interface that asks is refused, with the way to ask from it', async ({ lab }) => {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  expect(await failureOf(expect(eth0 as never as Namespace).toReach('10.0.0.2'))).toBe(
    "expect(a/eth0).toReach('10.0.0.2'): expect() takes the namespace that asks, here a, and the option from takes its interface: received an Interface eth0",
  );
});

test('what is no namespace is refused, on either side', async ({ lab }) => {
  const a = lab.namespace('a');
  expect(await failureOf(expect('a').toReach(a))).toBe(
    "expect('a').toReach(a): expect() takes the namespace that asks: received 'a'",
  );
  expect(await failureOf(expect(a).toReach('b'))).toBe(
    "expect(a).toReach('b'): target must be an IP address such as 10.0.0.1 or fd00::1: received 'b'",
  );
  expect(await failureOf(expect(a).toReach(undefined as never))).toContain(
    'the target must be a namespace, an interface or an IP address: received undefined',
  );
  expect(await failureOf(expect(lab as never as Namespace).toReach(a))).toBe(
    'expect(lab).toReach(a): expect() takes the namespace that asks; toMatchReachability asks all hosts of a lab: received a ContainerLab',
  );
  expect(await failureOf(expect(Promise.resolve(a) as never as Namespace).toReach(a))).toBe(
    'expect(a Promise).toReach(a): expect() takes the namespace that asks: received a Promise; await it first',
  );
});

// a ── b
test.for([
  ['b', 'give the namespace itself, not its name'],
  ['10.0.0.2/24', "write '10.0.0.2', without its prefix length"],
  ['10.0.0.2:80', "write '10.0.0.2', { by: 'tcp', port: 80 }"],
  ['[fd00::2]:80', "write 'fd00::2', { by: 'tcp', port: 80 }"],
] as const)('the target %s gets the way to write it', async ([target, mend], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await failureOf(expect(a).toReach(target))).toBe(
    `expect(a).toReach('${target}'): target must be an IP address such as 10.0.0.1 or fd00::1: received '${target}'; ${mend}`,
  );
});

test('two labs cannot meet, and a closed lab cannot ask', async ({ lab }) => {
  const other = createLab();
  const [a, b] = [lab.namespace('a'), other.namespace('b')];
  expect(await failureOf(expect(a).toReach(b))).toBe(
    'expect(a).toReach(b): both ends must be of the same lab: b is of another',
  );
  await other.close();
  expect(await failureOf(expect(b).toReach(a))).toBe(
    'expect(b).toReach(a): the lab of b is closed. Was the assertion awaited? Is b of this test? The `lab` fixture closes with its test',
  );
  expect(await failureOf(expect(a).toReach(b))).toBe(
    'expect(a).toReach(b): both ends must be of the same lab: b is of another, which is closed',
  );
});

// a ── b: the kernel takes IPv6 addresses along when a link goes down
test('ends whose IPv6 address went with their link are refused, with what it was', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  device.set({ up: false }).set({ up: true });
  const hint =
    "fd00::1 was deleted, or went when its link went down; give it again: a.interface('eth0').address.add('fd00::1/64')";
  expect(await failureOf(expect(a).toReach(b, { family: 6 }))).toBe(
    `expect(a).toReach(b, { family: 6 }): a has no IPv6 address to ask from; ${hint}`,
  );
  expect(await failureOf(expect(b).toReach(a, { family: 6 }))).toBe(
    `expect(b).toReach(a, { family: 6 }): a has no IPv6 address to ask for; ${hint}`,
  );
});

// a ── b
test('an address that the spec deleted, and IPv6 that is off, are told apart', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  device.address.delete('fd00::1/64');
  expect(await failureOf(expect(a).toReach(b, { family: 6 }))).toContain('to ask from; fd00::1 was deleted; give it');
  b.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
  expect(await failureOf(expect(a).toReach(b, { family: 6 }))).toBe(
    'expect(a).toReach(b, { family: 6 }): b has no IPv6 address to ask for; IPv6 is off: ' +
      "net.ipv6.conf.all.disable_ipv6 is 1: b.sysctl.set('net.ipv6.conf.all.disable_ipv6', 0), and give it again",
  );
});

// a ══ b: the second cable has IPv4 alone
test('an address that another interface has did not go', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const { b: second } = lab.cable(a, b, { a: { address: '10.5.0.1/24' }, b: { address: '10.5.0.2/24' } });
  expect(await failureOf(expect(a).toReach(second, { family: 6 }))).toMatch(
    /: b\/eth1 has no IPv6 address to ask for; give it one: b\.interface\('eth1'\)\.address\.add\('fd00:/,
  );
});
