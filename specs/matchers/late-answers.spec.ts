import { once } from 'node:events';
import { expect, type Lab, test } from 'hairpin';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { keptBack } from './kept-back.ts';

// Whoever answers late is not silent: a negative that does not wait for it passes because something was slow.

// a ── sw ── b
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const ports = { a: lab.cable(a, sw).b, b: lab.cable(b, sw).b };
  return { a, b, ports };
}

test('a target whose address is looked for duplicates of is waited for', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().address.add('fd00::90/64', { dad: true });
  await expect(expect(a).not.toReach('fd00::90')).rejects.toThrow(/^Received: {2}an answer/m);
});

// a ── r, whose one address is not ready yet ── b
test('so is a router', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.interface('eth0').address.add('fd00::99/64', { dad: true });
  a.route.add({ to: 'fd00:0:0:1::/64', via: 'fd00::99' });
  await expect(expect(a).not.toReach(b, { family: 6 })).rejects.toThrow(/^Received: {2}an answer/m);
});

// a ── r, which has a route for b that leads back, for a second ── b
test('a wrong route that is about to expire is waited for', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const target = `${b.interface('eth0').address.first(6)?.address}`;
  await r.exec('ip', ['-6', 'route', 'add', target, 'dev', 'eth0', 'expires', '1']);
  await expect(expect(a).not.toReach(b, { family: 6 })).rejects.toThrow(/^Received: {2}an answer/m);
});

// a ── r, which takes an old MAC address of b for right for half a second ── b
test('a wrong MAC address that is soon doubted is waited for', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.neigh.eth1.base_reachable_time_ms', 400);
  r.sysctl.set('net.ipv4.neigh.eth1.delay_first_probe_time', 0);
  const old = { to: '10.0.1.2', lladdr: '02:00:00:00:99:99', dev: 'eth1' };
  await r.exec('ip', ['neigh', 'replace', old.to, 'lladdr', old.lladdr, 'dev', old.dev, 'nud', 'reachable']);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: {2}an answer/m);
});

// a ── r, which drops what is from a for 400 ms ── b
test('an element of a set that is about to end is waited for', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const set = 'set s { type ipv4_addr; flags timeout; elements = { 10.0.0.1 timeout 400ms }; };';
  const chain = 'chain c { type filter hook forward priority 0; ip saddr @s drop; };';
  await r.exec('nft', [`table ip t { ${set} ${chain} }`]);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: {2}an answer/m);
});

test('a server that thinks for longer than a negative is held is slow, to itself too', async ({ lab }) => {
  const { a, b } = build(lab);
  const server = `
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (data, { port, address }) => setTimeout(() => socket.send(data, port, address), 150));
socket.bind(5353, () => console.log('ready'));`;
  await once(b.exec(process.execPath, ['-e', server], { reject: false }).stdout, 'data');
  await expect(expect(a).not.toReach(b, { by: 'udp', port: 5353 })).rejects.toThrow(/^Received: {2}an answer/m);
});

// A frame has 48 bytes, and 125 a second come: the first takes the tokens, the second waits 0.4 s for more.
test('a frame that a queueing discipline keeps back is waited for', async ({ lab }) => {
  const { a, b, ports } = build(lab);
  const queue = { before: ports.a, at: ports.b, protocol: IP_PROTOCOL.udp };
  await keptBack(queue, 'rate 1kbit burst 50', async () => {
    await expect(b).toHear(a, { frame: 'broadcast' });
    await expect(expect(b).not.toHear(a, { frame: 'broadcast' })).rejects.toThrow(/^Received: {2}1 cop/m);
  });
});
