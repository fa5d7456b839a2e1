import { createSocket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { createLab, expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── b
test('a question that outlives its lab fails, and nothing else does', async () => {
  const lab = createLab();
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const asked = failureOf(expect(a).toReach('10.0.0.99', { by: 'arp' }));
  await expect(a).toReach(b);
  await lab.close();
  expect(await asked).toContain('lab is closed');
});

test('a lab of hundreds of namespaces closes', async () => {
  const lab = createLab();
  for (let number = 0; number < 300; number++) lab.namespace(`n${number}`);
  await expect(lab.close()).resolves.toBeUndefined();
});

// Each tap keeps its namespace alive until the kernel has let go of it (packet_release): closing waits for room.
test('labs closed one after the other leave no backlog of descriptors', async () => {
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  const seen: number[] = [];
  for (let made = 0; made < 40; made++) {
    const lab = createLab();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) lab.namespace(name);
    await lab.close();
    seen.push(open() - before);
  }
  expect(Math.max(...seen)).toBeLessThan(60);
});

test("a server and a datagram socket of Node's own are inside, whatever address they are given", async ({
  lab,
  onTestFinished,
}) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const server = createServer();
  const socket = b.run(() =>
    createSocket({ type: 'udp4', lookup: (host, _, done) => done(null, host, 4) }).bind(5353, '10.0.0.2'),
  );
  socket.on('message', (text, { port, address }) => socket.send(text, port, address));
  onTestFinished(() => {
    server.close();
    socket.close();
  });
  b.run(() => server.listen(8080, '10.0.0.2'));
  await expect(a).toReach(b, { by: 'tcp', port: 8080, listen: false });
  await expect(a).toReach(b, { by: 'udp', port: 5353, listen: false });
});

// a ═ two cables ═ b: what is bound to one does not take the other
test.for(['icmp', 'tcp', 'udp'] as const)('%s: from an interface leaves by it alone', async (by, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const { a: second, b: far } = lab.cable(a, b);
  far.set({ up: false });
  expect(
    await failureOf(
      expect(a).toReach('10.0.0.2', { by, from: second, within: 50, ...(by === 'icmp' ? {} : { port: 80 }) }),
    ),
  ).toContain('a/eth1');
});

test('from an address is that alone: the kernel chooses the device', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  lab.cable(a, b);
  await expect(a).toReach('10.0.0.2', { from: '10.0.1.1' });
});

// s1, s2: subnets of a lab do not overlap
test('given subnets make way for chosen ones, and chosen ones must not overlap', ({ lab }) => {
  const s1 = lab.switch('s1', { subnets: ['10.0.1.0/24'] });
  expect(lab.switch('s2').segment.overlaps(s1.segment)).toBe(false);
  expect(() => lab.switch('s3', { subnets: ['10.0.0.0/16'] })).toThrow(
    'switch s3: subnets 10.0.0.0/16 overlap with those of s1: 10.0.1.0/24',
  );
});

test('a sysctl that there is not is refused by name', ({ lab }) => {
  const a = lab.namespace('a');
  expect(() => a.sysctl.set('net.ipv4.ip_forwad', 0)).toThrow(
    "a.sysctl.set: this kernel has no sysctl 'net.ipv4.ip_forwad' (the nearest is net.ipv4.ip_forward)",
  );
});

test('a blackhole route is a reason not to have sent', async ({ lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  await a.exec('ip', ['route', 'add', 'blackhole', '192.0.2.0/24']);
  await expect(a).not.toReach('192.0.2.1', { because: 'unsent' });
});
