import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

/** Long enough for the router to give up its question, and to tell so. */
const ASKED = { within: 500, family: 4 } as const;

/** What is said of a router that asks for a next hop that no device of the lab has. */
const silent = (address: unknown, to: string) => ({
  code: 'neighbour.unanswered',
  facts: {
    asked: { by: 'r', address },
    lost: {
      lastSeen: expect.any(String),
      cause: { code: 'address.none', facts: { address, route: { namespace: 'r', to } } },
    },
  },
  of: 'probe',
  lastSeen: 'r/eth0',
});

// a ── eth0 r eth1 ── b
//           eth2 ── c
test('a next hop that only marked packets take, and that nobody has', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  lab.cable(r, lab.namespace('c'));
  const mark = 'chain c { type filter hook prerouting priority -150; iifname "eth0" meta mark set 5; }';
  await r.exec('nft', [`table ip t { ${mark}; }`]);
  r.rule.add({ fwmark: '5', table: 100 });
  r.route.add({ to: 'default', via: '10.0.2.77', table: 100 });
  expect(await diagnosed(expect(a).toReach(b, ASKED))).toEqual(silent('10.0.2.77', 'default'));
  r.route.replace({ to: 'default', via: '10.0.1.2', table: 100 });
  await expect(a).toReach(b, { family: 4 });
});

// a ── r ── r2 ── b
test('one of several next hops, none of which anybody has', async ({ lab }) => {
  const [a, r, r2, b] = [lab.namespace('a'), lab.router('r'), lab.router('r2'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, r2);
  lab.cable(r2, b);
  r2.route.add({ to: '10.0.0.0/24', via: '10.0.1.1' });
  r.route.add({ to: '10.0.2.0/24', nextHops: [{ via: '10.0.1.77' }, { via: '10.0.1.78' }] });
  expect(await diagnosed(expect(a).toReach(b, ASKED))).toEqual(
    silent(expect.stringMatching(/^10\.0\.1\.7[78]$/), '10.0.2.0/24'),
  );
  r.route.replace({ to: '10.0.2.0/24', via: '10.0.1.2' });
  await expect(a).toReach(b, { family: 4 });
});

// a ── r ── b
test('the wrong gateway of the answer, in words', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  b.route.replace({ to: 'default', via: '10.0.1.77' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50, family: 4 }))).toContain(
    'b/eth0 ✗ b asks who has 10.0.1.77, and nobody answers: no device of the lab has 10.0.1.77\n' +
      'Hint: b has a route to default via 10.0.1.77: change it, or give a router that address',
  );
});
