import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const ASKED = { within: 50, family: 4 } as const;

// pod eth0 ── veth (node) up ── client: pods as Calico connects them, with a next hop that only a proxy answers for
function build(lab: Lab) {
  const [pod, node, client] = [lab.namespace('pod'), lab.namespace('node'), lab.namespace('client')];
  lab.cable(pod, node, { a: { address: '10.99.0.2/32' }, b: { name: 'veth', address: false } });
  lab.cable(node, client, { a: { name: 'up', address: '192.0.2.2/24' }, b: { address: '192.0.2.1/24' } });
  pod.route.add({ to: '169.254.1.1', dev: 'eth0' });
  pod.route.add({ to: 'default', via: '169.254.1.1' });
  node.route.add({ to: '10.99.0.2', dev: 'veth' });
  client.route.add({ to: 'default', via: '192.0.2.2' });
  node.sysctl.set('net.ipv4.conf.veth.proxy_arp', 1);
  return { pod, node, client };
}

const idle = (why: string) => ({
  code: 'neighbour.proxy-idle',
  facts: { asked: { by: 'pod', address: '169.254.1.1' }, device: 'node/veth', why },
  lastSeen: 'node/veth',
});

test('a proxy answers only if its host forwards, and has a route by another device', async ({ lab }) => {
  const { pod, node, client } = build(lab);
  expect(await diagnosed(expect(pod).toReach(client, ASKED))).toMatchObject(idle('forwarding-off'));
  node.sysctl.set('net.ipv4.ip_forward', 1);
  expect(await diagnosed(expect(pod).toReach(client, ASKED))).toMatchObject(idle('no-route'));
  node.route.add({ to: '169.254.0.0/16', dev: 'veth' });
  expect(await diagnosed(expect(pod).toReach(client, ASKED))).toMatchObject(idle('same-device'));
  node.route.replace({ to: '169.254.0.0/16', via: '192.0.2.1' });
  await expect(pod).toReach(client, { family: 4 });
});

test('without proxy_arp the next hop is one that nobody has', async ({ lab }) => {
  const { pod, node, client } = build(lab);
  node.sysctl.set('net.ipv4.conf.veth.proxy_arp', 0);
  expect(await diagnosed(expect(pod).toReach(client, ASKED))).toMatchObject({
    code: 'address.none',
    facts: { address: '169.254.1.1', route: { namespace: 'pod', to: 'default' } },
  });
  expect(await diagnosed(expect(client).toReach('192.0.2.77', ASKED))).toMatchObject({
    code: 'address.none',
    facts: { address: '192.0.2.77' },
  });
});
