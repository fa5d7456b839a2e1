import { describe, expect, test } from 'hairpin';
import { assertionOf } from '../../lib/matchers/assertion.ts';
import { toReach } from '../../lib/matchers/to-reach.ts';
import { failureOf } from './failure-of.ts';

// a ── sw ── b
describe('by ICMP', () => {
  test('passes when there is an answer', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    for (const ns of [a, b]) lab.cable(ns, sw);
    await expect(a).toReach(b);
    await expect(a).toReach('10.0.0.2');
    await expect(a).toReach(b, { family: 6 });
    await expect(a).toReach(b.interface());
  });

  test('passes when the answer comes only after a while', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, sw);
    const { b: port } = lab.cable(b, sw, { b: { state: 'disabled' } });
    const answered = expect(a).toReach(b);
    await Promise.all([answered, Promise.resolve().then(() => port.set({ state: 'forwarding' }))]);
  });

  test('fails when nobody answers, saying what was asked and when it gave up', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, sw, { b: { isolated: true } });
    lab.cable(b, sw, { b: { isolated: true } });
    expect(await failureOf(expect(a).toReach(b, { within: 100 }))).toMatch(
      /^expect\(a\)\.toReach\(b, { within: 100 }\)\n\nFrom: {6}a 10\.0\.0\.1 \(eth0, veth to sw\/p0\)\nTo: {8}b 10\.0\.0\.2, ICMP over IPv4\nExpected: {2}an answer within 100 ms\nReceived: {2}none \(ARP who-has 10\.0\.0\.2 was never answered; \d+ probes\)\n\nPath of the last probe/,
    );
  });

  test('.not passes when there is none', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
    await expect(a).not.toReach(b);
    await expect(a).not.toReach(b, { family: 6 });
  });

  test('.not fails at the first answer', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    for (const ns of [a, b]) lab.cable(ns, sw);
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(
      /^expect\(a\)\.not\.toReach\(b\)\n\nFrom: {6}a 10\.0\.0\.1 \(eth0, veth to sw\/p0\)\nTo: {8}b 10\.0\.0\.2, ICMP over IPv4\nExpected: {2}no answer\nReceived: {2}an answer after [\d.]+ ms \(1 probe\)\n\nPath of the answered probe \(ICMP echo request 10\.0\.0\.1 > 10\.0\.0\.2 id \d+ seq 0\):\n {2}a\/eth0 → sw\/p0 → sw\/p1 → b\/eth0$/,
    );
  });

  test('.not fails when an answer comes late within the hold', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, sw);
    const { b: port } = lab.cable(b, sw, { b: { state: 'disabled' } });
    const failure = failureOf(expect(a).not.toReach(b, { hold: 500 }));
    port.set({ state: 'forwarding' });
    expect(await failure).toMatch(/Received: {2}an answer after/);
  });
});

// a ── b, and nothing more
describe('a negative that the network was not asked', () => {
  test('is inconclusive without a route, and fails', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    expect(await failureOf(expect(a).not.toReach('192.0.2.1'))).toBe(`expect(a).not.toReach('192.0.2.1')

From:      a 10.0.0.1 (eth0, veth to b/eth0)
To:        no namespace of the lab: 192.0.2.1, ICMP over IPv4
Expected:  no answer
Received:  inconclusive: nothing was sent: a has no route to 192.0.2.1 (ENETUNREACH)

Hint: the probe never left, so the network was not tested: mend the source, or say { because: 'unsent' } if that is the point`);
  });

  test('is inconclusive without a carrier, and fails', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { b: far } = lab.cable(a, b);
    far.set({ up: false });
    expect(await failureOf(expect(a).not.toReach(b))).toContain(
      'inconclusive: nothing was sent: a/eth0 has no carrier',
    );
    await expect(a).not.toReach(b, { because: 'unsent' });
  });

  test('passes with because: unsent, and only then', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await expect(a).not.toReach('192.0.2.1', { because: 'unsent' });
    b.interface().address.delete('10.0.0.2/24');
    expect(await failureOf(expect(a).not.toReach('10.0.0.2', { because: 'unsent' }))).toContain(
      'Expected:  no answer, because unsent\nReceived:  none (ARP who-has 10.0.0.2 was never answered',
    );
  });
});

// a ── b
describe('a negative whose target answers nobody', () => {
  const hint =
    "nothing shows that the target can answer at all: mend the target, or say { because: 'lost' } if that is the point";

  test('is inconclusive when it does not even answer itself', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    const failure = await failureOf(expect(a).not.toReach(b));
    // A starving machine asks again.
    expect(failure.replace(/id .*\)/, 'id …)').replace(/[2-5] probes/, 'N probes')).toBe(`expect(a).not.toReach(b)

From:      a 10.0.0.1 (eth0, veth to b/eth0)
To:        b 10.0.0.2, ICMP over IPv4
Expected:  no answer
Received:  inconclusive: none (b does not even answer itself; N probes)

Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id …):
  a/eth0 → b/eth0 ✗ b answers no echo: net.ipv4.icmp_echo_ignore_all is 1
Hint: ${hint}`);
    await expect(a).not.toReach(b, { because: 'lost' });
  });

  test('is inconclusive when nobody has the address, as after a slip of the pen', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    const failure = await failureOf(expect(a).not.toReach('10.0.0.20'));
    expect(failure).toContain('Received:  inconclusive: none (no namespace of the lab has 10.0.0.20; ');
    expect(failure).toContain(`Hint: ${hint}`);
    await expect(a).not.toReach('10.0.0.20', { because: 'lost' });
  });

  test.for(['icmp', 'tcp', 'udp', 'arp'] as const)('is inconclusive when it is down, by %s', async (by, { lab }) => {
    const sw = lab.switch('sw');
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    for (const ns of [a, b]) lab.cable(ns, sw);
    b.interface().set({ up: false });
    const port = by === 'tcp' || by === 'udp' ? { port: 8080 } : {};
    expect(await failureOf(expect(a).not.toReach('10.0.0.2', { by, ...port }))).toContain(
      'inconclusive: none (b/eth0, which has 10.0.0.2, is down; ',
    );
  });

  test('is none when it answers itself, though nobody else', async ({ lab }) => {
    const sw = lab.switch('sw');
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
    await expect(a).not.toReach(b);
    await expect(a).not.toReach(b, { by: 'tcp' });
    await expect(a).not.toReach(b, { by: 'udp' });
    await expect(a).not.toReach(b, { by: 'arp' });
    await expect(a).not.toReach(b, { by: 'nd', droppedBy: 'bridge.isolated' });
  });
});

// a ── b
describe('by TCP and UDP', () => {
  test.for(['tcp', 'udp'] as const)('%s: hairpin listens where nobody does', async (by, { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await expect(a).toReach(b, { by });
    await expect(a).toReach(b, { by, port: 8080 });
    await expect(a).toReach(b, { by, port: 8080, family: 6 });
  });

  test.for([
    ['tcp', 'TCP reset from 10.0.0.2 port 8080'],
    ['udp', 'ICMP port unreachable from 10.0.0.2'],
  ] as const)('%s: a port that nobody listens at is a refusal', async ([by, reason], { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await expect(a).not.toReach(b, { by, port: 8080, listen: false });
    await expect(a).not.toReach(b, { by, port: 8080, listen: false, because: 'refused' });
    const failure = await failureOf(expect(a).toReach(b, { by, port: 8080, listen: false, within: 50 }));
    expect(failure).toContain(`Received:  a refusal: ${reason} (`);
    expect(failure).toContain(`To:        b 10.0.0.2, ${by.toUpperCase()} port 8080 over IPv4`);
  });

  test('tcp: a server that is there answers, though its port is taken', async ({ lab, onTestFinished }) => {
    const { createServer } = await import('node:net');
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    const connections: string[] = [];
    const server = createServer((socket) => connections.push(String(socket.remoteAddress)));
    onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
    b.run(() => server.listen(8080));
    await expect(a).toReach(b, { by: 'tcp', port: 8080, listen: false });
    await expect(a).toReach(b, { by: 'tcp', port: 8080 });
    await expect.poll(() => connections).toContain('::ffff:10.0.0.1');
  });

  // a ── r ── b: the router refuses on behalf of a network that it has no route to.
  test.for(['icmp', 'tcp', 'udp'] as const)(
    '%s: an ICMP error of a router is a refusal, with its sender',
    async (by, { lab }) => {
      const [a, r] = [lab.namespace('a'), lab.router('r')];
      lab.cable(a, r);
      const port = by === 'icmp' ? {} : { port: 8080 };
      const failure = await failureOf(
        expect(a).toReach('192.0.2.1', { by, ...port, within: 50, ...(by === 'icmp' ? {} : { listen: false }) }),
      );
      expect(failure).toContain('Received:  a refusal: ICMP network unreachable from 10.0.0.2');
    },
  );
});

// a ── b
describe('by ARP', () => {
  test('asks on the wire, whatever the tables say', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    // hairpin-mutate-ignore: the entry is not to matter
    a.neighbour.add({ to: '10.0.0.99', lladdr: b.interface().mac });
    await expect(a).toReach(b, { by: 'arp' });
    await expect(a).not.toReach('10.0.0.99', { by: 'arp', because: 'lost' });
  });
});

// a ── b
describe('by ND', () => {
  test('asks on the wire, whatever the tables say', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    // hairpin-mutate-ignore: the entry is not to matter
    a.neighbour.add({ to: 'fd00::99', lladdr: b.interface().mac });
    await expect(a).toReach(b, { by: 'nd' });
    await expect(a).not.toReach('fd00::99', { by: 'nd', because: 'lost' });
    expect(await failureOf(expect(a).toReach('10.0.0.2', { by: 'nd' }))).toContain(
      "by: 'nd' asks over IPv6: received 10.0.0.2",
    );
  });

  // hairpin's own question leaves as ndisc6's does, and is answered by the neighbour itself.
  test('a solicitation and its advertisement are the way', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { b: far } = lab.cable(a, b);
    await expect(a).toReach(b, { by: 'nd', through: far });
    far.set({ up: false });
    expect(await failureOf(expect(a).toReach('fd00::2', { by: 'nd', within: 20 }))).toContain('a/eth0 has no carrier');
  });
});

// a ── b
describe('neighbour tables', () => {
  test('a question starts cold, and permanent entries stay', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await expect(a).toReach(b);
    b.interface().set({ mac: '02:00:00:00:99:99' });
    await expect(a).not.toReach(b, { neighbours: 'kept' });
    await expect(a).toReach(b);
    a.neighbour.add({ to: '10.0.0.2', lladdr: '02:00:00:00:77:77' });
    await expect(a).not.toReach(b);
  });

  test("with neighbours: 'kept' it starts with what was learnt", async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, sw);
    const { b: port } = lab.cable(b, sw);
    await expect(a).toReach(b);
    // ARP is broadcast, an echo is not: with the table kept no question for the neighbour is needed.
    port.set({ bcastFlood: false });
    await expect(a).toReach(b, { neighbours: 'kept' });
    await expect(a).not.toReach(b);
  });
});

// a ═╤═ sw ── b: two interfaces, one of them isolated from b's
test('from chooses the interface to ask from', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(b, sw, { b: { isolated: true } });
  const good = lab.cable(a, sw).a;
  const cut = lab.cable(a, sw, { b: { isolated: true } }).a;
  await expect(a).toReach(b, { from: good });
  await expect(a).not.toReach(b, { from: cut });
});

// a ── b, which drops echo requests
test('a round of expect.poll is over before the 1000 ms of the poll, so that its reason is shown', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect.poll(() => a).toReach(b);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  const assertion = assertionOf('toReach', a, [b], { isNot: false, isPolled: true });
  const { message } = await toReach.call(assertion, a, b);
  expect(message).toMatchObject({ lines: expect.arrayContaining([['Expected', 'an answer within 200 ms']]) });
});
