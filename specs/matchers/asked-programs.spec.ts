import { expect, type Namespace, test } from 'hairpin';
import { needs } from '../needs.ts';
import { addRoutedHosts } from '../routed-hosts.ts';

needs('tcpdump');

/** How long a program takes to answer, in milliseconds: longer than a negative is held where nobody may have the packet. */
const SLOW = 400;

/** Calls a function some time after a program has printed a text for the first time. */
function answerLate(namespace: Namespace, [command = '', ...args]: string[], text: string, answer: () => unknown) {
  const program = namespace.exec(command, args, { reject: false });
  const told = { output: '', errors: '' };
  program.stderr.on('data', (chunk) => {
    told.errors += chunk;
  });
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

// a ── r, whose filter drops all until a program has seen a packet ── b
test('a program that gets copies of packets (NFLOG)', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const rules = 'ip saddr @s accept; ip daddr @s accept; log group 5; drop;';
  const table = `table ip t { set s { type ipv4_addr; }; chain c { type filter hook forward priority 0; ${rules} }; }`;
  const { exitCode } = await r.exec('nft', [table], { reject: false });
  if (exitCode !== 0) skip('needs CONFIG_NETFILTER_NETLINK_LOG');
  const told = answerLate(r, ['tcpdump', '-l', '-n', '-i', 'nflog:5'], 'ICMP', () =>
    r.exec('nft', ['add', 'element', 'ip', 't', 's', '{ 10.0.0.1 }']),
  );
  await expect.poll(() => told.errors).toContain('listening on');
  await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
});
