import { expect, test } from 'hairpin';
import { enginesOf } from '../../lib/lab/engines/engine.ts';
import { whySilent } from '../../lib/model/neighbour.ts';
import { MODEL_PARTS, networkOf } from '../../lib/model/network.ts';
import { readNetwork } from '../../lib/state/read-network.ts';

const TARGETS = {
  'the device that is asked': '10.0.0.2',
  'that device, in another subnet': '10.5.0.2',
  'another device': '10.9.0.2',
  'the loopback, of scope host': '10.7.0.2',
  'no device, but a local route': '10.8.0.2',
  nobody: '10.6.0.2',
};
/** One program for both: starting one takes longer. */
const OF_LOOPBACK = 'address add 10.7.0.2/32 dev lo scope host\nroute add local 10.8.0.0/16 dev lo\n';
const VALUES = [0, 1, 2, 3, 8];
const rows = VALUES.flatMap((value) => Object.entries(TARGETS).map(([of, target]) => ({ value, of, target })));

// a eth0 ── eth0 b eth1 ── c
test.for(rows)('arp_ignore $value, a question for an address of $of', async ({ value, target }, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: asking, b: asked } = lab.cable(a, b);
  const { a: other } = lab.cable(b, lab.namespace('c'), { a: { name: 'eth1', address: false } });
  asked.address.add('10.5.0.2/24');
  other.address.add('10.9.0.2/24');
  await b.exec('ip', ['-batch', '-'], { input: OF_LOOPBACK });
  b.sysctl.set(`net.ipv4.conf.${asked.name}.arp_ignore`, value);
  if (target !== '10.0.0.2') a.route.add({ to: target, dev: asking });
  await a.exec('ping', ['-c1', '-W1', '-I', '10.0.0.1', target], { reject: false });

  // The kernel's own word.
  const { stdout } = await a.exec('ip', ['-j', 'neighbour', 'show', 'to', target]);
  const isAnswered = JSON.parse(stdout).some(({ lladdr }: { lladdr?: string }) => lladdr !== undefined);
  const device = networkOf(readNetwork(enginesOf(lab.namespaces), MODEL_PARTS)).named('b/eth0');
  if (!device) throw new Error('b/eth0 is not there');
  const silence = whySilent(device, { family: 4, target, asker: '10.0.0.1' });
  expect(silence === undefined ? 'answers' : silence.kind).toBe(isAnswered ? 'answers' : 'drop');
});

// a eth0 ── eth0 b eth1 ── c, and b's way to a leads by eth1
test('arp_filter asks where the way to the asker leads', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: asked } = lab.cable(a, b);
  lab.cable(b, lab.namespace('c'), { a: { name: 'eth1', address: false } });
  await b.exec('ip', ['route', 'add', '10.0.0.1', 'dev', 'eth1']);
  b.sysctl.set(`net.ipv4.conf.${asked.name}.arp_filter`, 1);
  await a.exec('ping', ['-c1', '-W1', '10.0.0.2'], { reject: false });
  const { stdout } = await a.exec('ip', ['-j', 'neighbour', 'show', 'to', '10.0.0.2']);
  expect(JSON.parse(stdout)).toMatchObject([{ state: ['FAILED'] }]);
  const device = networkOf(readNetwork(enginesOf(lab.namespaces), MODEL_PARTS)).named('b/eth0');
  const silence = device && whySilent(device, { family: 4, target: '10.0.0.2', asker: '10.0.0.1' });
  expect(silence).toMatchObject({ kind: 'drop', cause: { code: 'neighbour.arp-filter' } });
});

// a eth0 ── (name) b eth1 ── c 10.9.0.9
test.for(['eth0', 'eth0.1'])('%s with proxy_arp may answer for another', async (name, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: asking } = lab.cable(a, b, { b: { name } });
  const { a: other } = lab.cable(b, lab.namespace('c'), { a: { name: 'eth1', address: false } });
  other.address.add('10.9.0.2/24');
  a.route.add({ to: '10.9.0.9', dev: asking });
  b.sysctl.set(`net/ipv4/conf/${name}/proxy_arp`, 1);
  b.sysctl.set('net.ipv4.ip_forward', 1);
  await a.exec('ping', ['-c1', '-W1', '10.9.0.9'], { reject: false });
  const { stdout } = await a.exec('ip', ['-j', 'neighbour', 'show', 'to', '10.9.0.9']);
  expect(JSON.parse(stdout)).toMatchObject([{ lladdr: expect.any(String) }]);
  const device = networkOf(readNetwork(enginesOf(lab.namespaces), MODEL_PARTS)).named(`b/${name}`);
  const silence = device && whySilent(device, { family: 4, target: '10.9.0.9', asker: '10.0.0.1' });
  expect(silence).toMatchObject({ kind: 'unknown' });
});
