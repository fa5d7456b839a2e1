import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { createLab, expect, type Lab, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { knowsEveryQueue, probesIn } from '../../lib/trace/known-queues.ts';
import { describeLoadingPrograms } from '../needs.ts';
import { attachTcx } from './attach-tcx.ts';
import { setGro } from './set-gro.ts';
import { returning, TC_PASS, writeXdpObject } from './xdp-object.ts';

// a eth0 ── p0 sw p1 ── eth0 b
async function build(lab: Lab) {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  // Probes wait for it, too: until then the link-local addresses are tentative.
  await lab.settled();
  return { a, b, sw };
}

// the same
test('a program that has ended and left nothing changes nothing', async ({ lab }) => {
  const { a, sw } = await build(lab);
  expect(knowsEveryQueue(lab)).toBe(true);
  await a.exec('ping', ['-c1', '-W1', '10.0.0.2']);
  await sw.exec('bridge', ['-j', 'fdb']);
  expect(knowsEveryQueue(lab)).toBe(true);
  expect(sw.run(() => 'a function')).toBe('a function');
  expect(knowsEveryQueue(lab)).toBe(true);
});

// the same
test('nor does one that hairpin has asked a question beside', async ({ lab }) => {
  const { a, b } = await build(lab);
  await a.exec('true');
  await expect(a).toReach(b);
  await expect(a).toReach(b, { by: 'tcp', port: 8080 });
  await expect(a).toReach(b, { by: 'udp', port: 8080 });
  await expect(a).toReach(b, { by: 'arp' });
  await expect(b).toHear(a, { frame: 'broadcast' });
  await expect(lab).toMatchReachability(`
        a  b
    a   .  ✓
    b   ✓  .
  `);
  expect(knowsEveryQueue(lab)).toBe(true);
});

// the same
test('a program that runs may do anything', async ({ lab }) => {
  const { b } = await build(lab);
  const program = b.exec('sleep', ['1000'], { reject: false });
  expect(knowsEveryQueue(lab)).toBe(false);
  program.kill();
  await program;
  expect(knowsEveryQueue(lab)).toBe(true);
});

// the same; and a program that has gone into a network of its own
test('so may one that runs elsewhere', async ({ lab }) => {
  const { b } = await build(lab);
  const { stdout } = b.exec('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 1000'], { reject: false });
  await once(stdout, 'data');
  expect(knowsEveryQueue(lab)).toBe(false);
});

// the same; and a daemon, whose parent has gone
test('so may what it has left running', async ({ lab }) => {
  const { b } = await build(lab);
  const { stdout } = await b.exec('sh', ['-c', 'sleep 1000 >/dev/null 2>&1 & echo $!']);
  expect(knowsEveryQueue(lab)).toBe(false);
  process.kill(Number(stdout), 'SIGKILL');
  await expect.poll(() => knowsEveryQueue(lab)).toBe(true);
});

// the same; and a function of the spec's own process
test('a server that the spec runs in a namespace may answer', async ({ lab }) => {
  const { b } = await build(lab);
  const server = b.run(() => createServer().listen(8080));
  expect(knowsEveryQueue(lab)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(knowsEveryQueue(lab)).toBe(true);
});

// the same; and a thread of the spec's own process
test('so may a thread that the spec starts there', async ({ lab }) => {
  const { b } = await build(lab);
  const thread = b.run(() => new Worker('setInterval(() => {}, 1000)', { eval: true }));
  await once(thread, 'online');
  expect(knowsEveryQueue(lab)).toBe(false);
  await thread.terminate();
  await expect.poll(() => knowsEveryQueue(lab)).toBe(true);
});

// the same; and a program in no namespace of the lab
test('a program outside may hold a socket that is inside', async ({ lab }) => {
  const { b } = await build(lab);
  const server = b.run(() => createServer().listen(8080));
  const { _handle: socket } = server as unknown as { _handle: { fd: number } };
  const outside = spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', socket.fd] });
  onTestFinished(() => void outside.kill('SIGKILL'));
  await once(outside, 'spawn');
  server.close();
  await once(server, 'close');
  expect(knowsEveryQueue(lab)).toBe(false);
  outside.kill('SIGKILL');
  await once(outside, 'exit');
  expect(knowsEveryQueue(lab)).toBe(true);
});

// the same
test('whoever has the path of a namespace may come at any time', async ({ lab }) => {
  const { b } = await build(lab);
  const { path } = b;
  expect(knowsEveryQueue(lab)).toBe(true);
  // Another lab's program: this one knows nothing of it.
  await using other = createLab();
  const visitor = other
    .namespace('other')
    .exec('nsenter', [`--net=${path}`, 'sh', '-c', 'echo ready; exec sleep 1000']);
  await once(visitor.stdout, 'data');
  expect(knowsEveryQueue(lab)).toBe(false);
});

test.for([
  ['a veth inside of the lab', 'ip link add v0 up type veth peer v1'],
  ['a macvlan', 'ip link add m0 up link eth0 type macvlan'],
  ['a bridge with a port', 'ip link add br9 up type bridge; ip link set eth0 master br9'],
  ['a plain queue', 'tc qdisc add dev eth0 root pfifo'],
  ['a packet filter', 'nft add table inet t'],
] as const)('what a program left behind that keeps nothing back: %s', async ([, script], { lab }) => {
  const { a } = await build(lab);
  await a.exec('sh', ['-ec', script]);
  // A new device's link-local address is about to speak, until a worker of the kernel has seen to it (addrconf_dad_work).
  await expect.poll(() => knowsEveryQueue(lab)).toBe(true);
});

test.for([
  [
    'a veth out of the lab',
    'ip link add v0 up type veth peer v1; ip link set v1 netns $1',
    'nsenter --net=$1 ip link delete v1',
  ],
  [
    'a macvlan in a network of its own',
    'ip link add m0 up link eth0 netns $1 type macvlan; nsenter --net=$1 ip link set m0 up',
    'nsenter --net=$1 ip link delete m0',
  ],
  ['a tunnel', 'ip link add vx0 up type vxlan id 5 dstport 4789 remote 10.0.0.2 local 10.0.0.1', 'ip link delete vx0'],
  [
    'a queue that keeps frames back',
    'tc qdisc add dev eth0 root tbf rate 8kbit burst 200 latency 60s',
    'tc qdisc delete dev eth0 root',
  ],
  [
    'a packet filter that rolls dice',
    "nft 'table ip t { chain c { type filter hook forward priority 0; numgen random mod 2 == 0 drop; }; }'",
    'nft delete table ip t',
  ],
  ['a place for filters', 'tc qdisc add dev eth0 clsact', 'tc qdisc delete dev eth0 clsact'],
  [
    'a packet filter at a device',
    "nft add table netdev t; nft add chain netdev t c '{ type filter hook ingress device eth0 priority 0; }'",
    'nft delete table netdev t',
  ],
  [
    'an IPsec policy',
    'ip xfrm policy add dir out src 10.9.0.0/16 dst 10.8.0.0/16 tmpl proto esp mode tunnel',
    'ip xfrm policy flush',
  ],
  [
    'a proxy that takes its time',
    'sysctl -qw net.ipv4.neigh.eth0.proxy_delay=80',
    'sysctl -qw net.ipv4.neigh.eth0.proxy_delay=0',
  ],
] as const)('what a program left behind, until it is gone: %s', async ([, script, undo], { lab }) => {
  const { a } = await build(lab);
  // A network that is not of the lab, kept by nothing but its path.
  const outside = createLab();
  onTestFinished(() => outside.close());
  const { path } = outside.namespace('outside');
  await a.exec('sh', ['-ec', script, 'sh', path]);
  const tentative = async () => (await a.exec('ip', ['-6', 'address', 'show', 'tentative'])).stdout;
  await expect.poll(tentative).toBe('');
  expect(knowsEveryQueue(lab)).toBe(false);
  await a.exec('sh', ['-ec', undo, 'sh', path]);
  await expect.poll(() => knowsEveryQueue(lab)).toBe(true);
});

// a eth0, which merges packets ── p0 sw p1 ── eth0 b
test('a veth that merges packets has a queue of its own', async ({ lab }) => {
  const { a } = await build(lab);
  await setGro(a, 'eth0', true);
  expect(knowsEveryQueue(lab)).toBe(false);
  await setGro(a, 'eth0', false);
  expect(knowsEveryQueue(lab)).toBe(true);
});

describeLoadingPrograms(() => {
  // a eth0, with a program ── p0 sw p1 ── eth0 b
  test.for(['xdp', 'xdpgeneric'])('a device whose packets a program gets first: %s', async (how, { lab }) => {
    const { a } = await build(lab);
    const object = await writeXdpObject();
    await a.exec('ip', ['link', 'set', 'eth0', how, 'object', object, 'section', 'xdp']);
    expect(knowsEveryQueue(lab)).toBe(false);
    await a.exec('ip', ['link', 'set', 'eth0', how, 'off']);
    expect(knowsEveryQueue(lab)).toBe(true);
  });

  // The same. A program may drop one packet and let the next one pass, so a negative asks more often.
  test.for(['ingress', 'egress'] as const)('nor are they known with a tcx program: %s', async (side, { lab, skip }) => {
    const { a } = await build(lab);
    {
      using program = attachTcx(a.interface(), side, returning(TC_PASS));
      skip(program === undefined, 'needs Linux 6.6');
      expect(knowsEveryQueue(lab)).toBe(false);
      expect(probesIn(lab)).toBeGreaterThan(2);
    }
    expect(knowsEveryQueue(lab)).toBe(true);
    expect(probesIn(lab)).toBe(2);
  });
});

// a ── b, without taps
test('without taps nothing is known', async () => {
  await using lab = createLab({ taps: false });
  await build(lab);
  expect(knowsEveryQueue(lab)).toBe(false);
});
