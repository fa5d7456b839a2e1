import { describe, expect, type Lab, type Namespace, test } from 'hairpin';

/** As often as a negative that passes by chance is sure to show itself. */
const ROUNDS = 8;

// a ── sw ── r ── b; a's next hop `fd00::dead` is nobody's
function build(lab: Lab) {
  const [a, sw, r, b] = [lab.namespace('a'), lab.switch('sw'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, sw);
  const { a: near } = lab.cable(r, sw);
  const { a: far } = lab.cable(r, b);
  const gateway = near.address.list().find(({ address }) => address.startsWith('fd'))?.address;
  if (!gateway) throw new Error('a router has an IPv6 address');
  return { a, r, b, near, far, gateway };
}

/** Both questions, which contradict each other, and the truth. */
async function expectReached(from: Namespace, to: Namespace, options: object): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await expect(expect(from).not.toReach(to, options)).rejects.toThrow(/^Received: +an answer/m);
    await expect(from).toReach(to, options);
  }
}

// the same, with a route of its own to b's network
test('a route of a shorter prefix is taken once the router of the longer one has failed', async ({ lab }) => {
  const { a, b } = build(lab);
  a.route.add({ to: 'fd00:0:0:1::/64', via: 'fd00::dead' });
  await expectReached(a, b, { family: 6 });
});

// the same, with two dead routers before the live one
test('each router that fails is waited for', async ({ lab }) => {
  const { a, b } = build(lab);
  const address = b
    .interface()
    .address.list()
    .find((own) => own.address.startsWith('fd'))?.address;
  a.route.add({ to: `${address}/128`, via: 'fd00::beef' });
  a.route.add({ to: 'fd00:0:0:1::/64', via: 'fd00::dead' });
  await expectReached(a, b, { family: 6 });
});

// the same, with two default routes
describe('of two default routes', () => {
  async function addDeadDefault(lab: Lab) {
    const all = build(lab);
    const { a, gateway } = all;
    a.route.delete({ to: 'default', via: gateway });
    const words = (via: string, metric: number) => ['-6', 'route', 'add', 'default', 'via', via, 'metric', `${metric}`];
    await a.exec('ip', words('fd00::dead', 100));
    await a.exec('ip', words(gateway, 200));
    return all;
  }

  test('the better one is given up, on the way there', async ({ lab }) => {
    const { a, b } = await addDeadDefault(lab);
    await expectReached(a, b, { family: 6 });
  });

  test('and on the way back', async ({ lab }) => {
    const { a, b } = await addDeadDefault(lab);
    await expectReached(b, a, { family: 6 });
  });

  test('a matrix says the same', async ({ lab }) => {
    await addDeadDefault(lab);
    const table = `
        a r b
      a . ✓ ✓
      r ✓ . ✓
      b ✓ ✓ .
    `;
    for (let round = 0; round < ROUNDS; round++) await expect(lab).toMatchReachability(table, { family: 6 });
    const wrong = expect(lab).toMatchReachability(table.replaceAll('✓', '✗'), { family: 6 });
    await expect(wrong).rejects.toThrow(/a +\. +✓! +✓!/);
  });
});

// the same; r has an old MAC address of b
test('a host that asks for a new MAC address in place of an old one is waited for', async ({ lab }) => {
  const { a, r, b, far } = build(lab);
  r.sysctl.set(`net.ipv4.neigh.${far.name}.delay_first_probe_time`, 0);
  const [to] = b
    .interface()
    .address.list()
    .filter(({ family }) => family === 4);
  for (let round = 0; round < ROUNDS; round++) {
    const { address } = to ?? {};
    await r.exec('ip', `neigh replace ${address} lladdr 02:00:00:00:77:77 dev ${far.name} nud stale`.split(' '));
    await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
  }
});
