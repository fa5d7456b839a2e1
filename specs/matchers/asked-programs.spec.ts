import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, type Namespace, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';

/** How long a program takes to answer, in milliseconds: longer than a negative is held where nobody may have the packet. */
const SLOW = 400;

/** Calls a function some time after a program has printed a text for the first time. */
function answerLate(namespace: Namespace, [command = '', ...args]: string[], text: string, answer: () => unknown) {
  const program = namespace.exec(command, args, { reject: false });
  const told = { output: '' };
  program.stdout.on('data', (chunk) => {
    const before = told.output.includes(text);
    told.output += chunk;
    if (!before && told.output.includes(text)) setTimeout(answer, SLOW);
  });
  return told;
}

// a ── b, which does not answer ARP: a program of a knows its MAC address
test('a program that the kernel asks for a MAC address', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: near, b: far } = lab.cable(a, b);
  far.set({ arp: false });
  // Not before: neigh_changeaddr, as arp_netdev_event has it.
  b.neighbour.add({ to: '10.0.0.1', lladdr: near.mac, dev: far });
  a.sysctl.set('net.ipv4.neigh.eth0.app_solicit', 1);
  // RTM_GETNEIGH, of neigh_app_ns
  const told = answerLate(a, ['ip', 'monitor', 'neigh'], '10.0.0.2', () =>
    a.neighbour.add({ to: '10.0.0.2', lladdr: far.mac, dev: near }),
  );
  await expect
    .poll(() => {
      a.neighbour.add({ to: '10.0.0.9', lladdr: far.mac, dev: near });
      a.neighbour.delete('10.0.0.9');
      return told.output;
    })
    .toContain('10.0.0.9');
  await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
});

// a ── r, whose IPsec has no keys until a program gives some; this one takes the policy away ── b
test('a program that the kernel asks for keys', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const policy = ['src', '10.0.0.0/24', 'dst', '10.0.1.0/24', 'dir', 'out'];
  const template = 'tmpl src 10.0.1.1 dst 10.0.1.2 proto esp mode tunnel'.split(' ');
  await r.exec('ip', ['xfrm', 'policy', 'add', ...policy, ...template]);
  // XFRM_MSG_ACQUIRE
  const told = answerLate(r, ['ip', 'xfrm', 'monitor'], 'acquire', () => r.exec('ip', ['xfrm', 'policy', 'flush']));
  await expect
    .poll(async () => {
      await r.exec('ip', ['xfrm', 'policy', 'update', ...policy, ...template]);
      return told.output;
    })
    .toContain('10.0.1.0/24');
  await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
});

// a ── b, whose server answers one datagram in thirty
test('a program that answers some datagrams alone', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const server = b.run(() => createSocket('udp4'));
  let received = 0;
  server.on('message', (message, { port, address }) => {
    if (++received % 30 === 0) server.send(message, port, address);
  });
  b.run(() => server.bind(7000));
  await once(server, 'listening');
  await expect(expect(a).not.toReach(b, { by: 'udp', port: 7000 })).rejects.toThrow(/^Received: +an answer/m);
  server.close();
});
