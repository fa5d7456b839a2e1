import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, type Lab, test } from 'hairpin';
import { readSysctls } from '../../lib/kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { diagnosed } from './diagnosed.ts';

// pod ── p (node) br: port 8080 of node is published, and leads to port 80 of pod (br_netfilter)
async function build(lab: Lab) {
  const [node, pod] = [lab.router('node'), lab.namespace('pod')];
  const { b: port } = lab.cable(pod, node, { a: { address: '10.88.0.2/24' }, b: { name: 'p', address: false } });
  const br = node.bridge({ name: 'br', address: '10.88.0.1/24', ports: [port] });
  const { netns } = engineOf(node);
  const name = 'net/bridge/bridge-nf-call-iptables';
  const has = readSysctls(netns, [name]).has(name);
  if (has) node.sysctl.set(name, 1);
  pod.route.add({ to: 'default', via: '10.88.0.1' });
  await addRules(node, 'ip nat pre { type nat hook prerouting priority -100; }', [
    'ip daddr 10.88.0.1 tcp dport 8080 dnat to 10.88.0.2:80',
  ]);
  // Of itself pod would not take a packet with its own address.
  await addRules(node, 'ip nat post { type nat hook postrouting priority 100; }', [
    'ip saddr 10.88.0.2 ip daddr 10.88.0.2 masquerade',
  ]);
  return { pod, port, br, has };
}

test('a published port, asked from the container behind it, needs hairpin', async ({ lab, skip }) => {
  const { pod, port, br, has } = await build(lab);
  if (!has) skip('needs CONFIG_BRIDGE_NETFILTER');
  const server = pod.run(() => createServer((socket) => socket.end()).listen(80));
  await once(server, 'listening');
  const options = { by: 'tcp', port: 8080 } as const;
  expect(await diagnosed(expect(pod).toReach('10.88.0.1', { ...options, within: 100 }))).toEqual({
    code: 'bridge.hairpin-off',
    facts: { port: 'node/p', wouldHelp: true, translated: '10.88.0.2' },
    of: 'probe',
    lastSeen: 'node/p',
  });
  await expect(pod).not.toReach('10.88.0.1', { ...options, droppedBy: 'bridge.hairpin-off', at: port });
  br.ports[0]?.set({ hairpin: true });
  await expect(pod).toReach('10.88.0.1', options);
  server.close();
});
