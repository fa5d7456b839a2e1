import { expect, type Lab, type Namespace, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, neighbours: 'kept' } as const;

/** Without ARP b sends its answers to its own MAC address (`arp_constructor`); a knows b's by an entry of its own. */
async function withoutArp(a: Namespace, b: Namespace): Promise<void> {
  await b.exec('ip', ['link', 'set', 'eth0', 'arp', 'off']);
  a.neighbour.add({ to: '10.0.0.2', lladdr: b.interface().mac });
}

// a ── sw ── b
test('who has no ARP sends its answer to itself, behind a switch', async ({ lab }) => {
  const { a, b } = build(lab);
  await withoutArp(a, b);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.arp-off',
    facts: { device: 'b/eth0' },
    of: 'answer',
  });
});

// a ── b
test('and behind a cable', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await withoutArp(a, b);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.arp-off',
    facts: { device: 'b/eth0' },
    of: 'answer',
  });
});

function build(lab: Lab) {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  return { a, b };
}
