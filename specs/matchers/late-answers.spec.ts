import { once } from 'node:events';
import { expect, type Lab, test } from 'hairpin';

// Whoever answers late is not silent: a negative that does not wait for it passes because something was slow.

// a ── sw ── b
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  return { a, b };
}

test('a target whose address is looked for duplicates of is waited for', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().address.add('fd00::90/64', { dad: true });
  await expect(expect(a).not.toReach('fd00::90')).rejects.toThrow(/^Received: {2}an answer/m);
});

// a ── r, whose one address is not ready yet ── b
test('so is a router', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  r.interface('eth0').address.add('fd00::99/64', { dad: true });
  a.route.add({ to: 'fd00:0:0:1::/64', via: 'fd00::99' });
  await expect(expect(a).not.toReach(b, { family: 6 })).rejects.toThrow(/^Received: {2}an answer/m);
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

test('a frame that a queueing discipline keeps back is waited for', async ({ lab }) => {
  const { a, b } = build(lab);
  await a.exec('tc', 'qdisc add dev eth0 root tbf rate 8kbit burst 200 latency 60s'.split(' '));
  // Takes what tokens there are.
  await a.exec('ping', ['-c1', '-s128', '-W1', '10.0.0.2']);
  await expect(expect(b).not.toHear(a, { frame: 'broadcast' })).rejects.toThrow(/^Received: {2}1 cop/m);
});
