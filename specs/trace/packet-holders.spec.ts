import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, type Lab, type Namespace, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { mayHoldPackets } from '../../lib/trace/packet-holders.ts';
import { describeCapturing, describeNeeding, withoutPrograms } from '../needs.ts';
import { forwardSlowly } from '../probes/forwarder.ts';

/** Resolves when the program has printed something. */
async function start(namespace: Namespace, command: string, ...args: string[]): Promise<void> {
  const program = namespace.exec(command, args, { reject: false });
  await Promise.race([once(program.stdout, 'data'), program.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
}

/** Ready when it is in a group of rtnetlink: it prints nothing then. */
async function listenToNetlink(namespace: Namespace): Promise<void> {
  await start(namespace, 'sh', '-c', 'echo ready; exec ip monitor');
  const sockets = async () => (await namespace.exec('cat', ['/proc/net/netlink'])).stdout;
  await expect.poll(sockets).toMatch(/^\w+ +0 +\d+ +(?!0{8})[0-9a-f]{8}/m);
}

const startNode = (namespace: Namespace, script: string) => start(namespace, process.execPath, '-e', script);
/** Binds a UDP socket to each address; ready when the last is. */
const bindDatagrams = (namespace: Namespace, ...addresses: string[]) =>
  startNode(
    namespace,
    `(function bind([address, ...more]) {
      require('dgram').createSocket('udp4').bind(0, address, () => more.length > 0 ? bind(more) : console.log('ready'));
    })(${JSON.stringify(addresses)})`,
  );
const READY = "() => console.log('ready')";

// a x ── y b: the program runs in b
test.for([
  ['sleeps', (b) => start(b, 'sh', '-c', 'echo ready; exec sleep 1000'), false, false],
  ['listens to netlink', listenToNetlink, false, false],
  ['accepts connections', (b) => startNode(b, `require('net').createServer().listen(80, ${READY})`), false, true],
  ['takes datagrams', (b) => startNode(b, `require('dgram').createSocket('udp4').bind(53, ${READY})`), true, true],
  ['takes datagrams of its own host', (b) => bindDatagrams(b, '127.0.0.11'), false, false],
  ['takes datagrams of both', (b) => bindDatagrams(b, '127.0.0.11', '0.0.0.0'), true, true],
  [
    'accepts connections of its own host',
    (b) => startNode(b, `require('net').createServer().listen(80, '127.0.0.1', ${READY})`),
    ...[false, false],
  ],
  ['has packet sockets', (b) => forwardSlowly(b, ['y', 'y'], 1), true, true],
  [
    'went into another network',
    (b) => start(b, 'unshare', '-n', 'sh', '-c', 'echo ready; exec sleep 1000'),
    true,
    true,
  ],
] as [string, (b: Namespace) => Promise<void>, boolean, boolean][])(
  'a program that %s',
  async ([, run, holds, holdsConnections], { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { name: 'x' }, b: { name: 'y' } });
    expect(mayHoldPackets(lab, true)).toBe(false);
    await run(b);
    expect(mayHoldPackets(lab, false)).toBe(holds);
    expect(mayHoldPackets(lab, true)).toBe(holdsConnections);
  },
);

// a ── b, whose packet filter hands copies of packets to a program (NFLOG)
describeCapturing(() => {
  test('a program gets copies of packets', async ({ lab, skip }) => {
    const why = withoutPrograms('tcpdump');
    if (why) skip(why);
    if (!existsSync('/proc/net/netfilter/nfnetlink_log')) skip('needs CONFIG_NETFILTER_NETLINK_LOG');
    const b = lab.namespace('b');
    lab.cable(lab.namespace('a'), b);
    await using _ = await b.daemon('tcpdump', ['-n', '-i', 'nflog:5'], { ready: { log: 'listening on' } });
    expect(mayHoldPackets(lab, false)).toBe(true);
  });
});

// a x ── y b, where a program listens to netlink
describe('the kernel asks programs for hosts by netlink', () => {
  test('for a MAC address (app_solicit)', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { name: 'x' }, b: { name: 'y' } });
    await listenToNetlink(b);
    expect(mayHoldPackets(lab, false)).toBe(false);
    b.sysctl.set('net.ipv4.neigh.y.app_solicit', 1);
    expect(mayHoldPackets(lab, false)).toBe(true);
  });

  describeNeeding(['vxlan'], () => {
    test('for a remote end (l2miss)', async ({ lab }) => {
      const b = lab.namespace('b');
      const { b: y } = lab.cable(lab.namespace('a'), b, { a: { name: 'x' }, b: { name: 'y' } });
      await listenToNetlink(b);
      b.link('vxlan', { id: 5, dev: y, l2miss: true });
      expect(mayHoldPackets(lab, false)).toBe(true);
    });
  });
});

// a ── b, which has a server at 127.0.0.1: other hosts may get there, or a tunnel may
describe('a socket at a loopback address counts', () => {
  async function build(lab: Lab): Promise<Namespace> {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await bindDatagrams(b, '127.0.0.1');
    expect(mayHoldPackets(lab, false)).toBe(false);
    return b;
  }

  test('where packets of other hosts may have such an address', async ({ lab }) => {
    const b = await build(lab);
    b.sysctl.set('net.ipv4.conf.eth0.route_localnet', 1);
    expect(mayHoldPackets(lab, false)).toBe(true);
  });

  describeNeeding(['vxlan'], () => {
    test('where a tunnel may end there', async ({ lab }) => {
      const b = await build(lab);
      b.link('vxlan', { id: 5, remote: '127.0.0.1' });
      expect(mayHoldPackets(lab, false)).toBe(true);
    });
  });
});

// a ── b: hairpin's sockets, of a question or its taps, are nobody's
test('hairpin itself holds none', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('true');
  await expect(a).toReach(b, { by: 'tcp' });
  await expect(a).toReach(b, { by: 'udp' });
  await expect(b).toHear(a);
  expect(mayHoldPackets(lab, true)).toBe(false);
});

// a ── b, and a vxlan between them, whose socket is the kernel's
describeNeeding(['vxlan'], () => {
  test('nor does the kernel', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await a.exec('true');
    a.link('vxlan', { id: 5, remote: '10.0.0.2' });
    expect(mayHoldPackets(lab, true)).toBe(false);
  });
});

// a ── b
test('a function of the spec may', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const server = b.run(() => createServer().listen(80));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  expect(mayHoldPackets(lab, true)).toBe(true);
});
