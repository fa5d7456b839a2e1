import { expect, type Lab, test } from 'hairpin';

// A kernel that answers in another's place puts its answer off, by chance, for up to 0.8 s (pneigh_enqueue): no negative
// waits for so long. In a lab it answers at once.

const TIMES = 10;

// a ── r ── b, whose subnet a takes for one of its own cable
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b, { a: { address: ['10.9.0.1/24', 'fd09::1/64'] }, b: { address: ['10.9.0.2/24', 'fd09::2/64'] } });
  for (const to of ['10.9.0.0/24', 'fd09::/64']) a.route.add({ to, dev: a.interface() });
  return { a, r, b };
}

test('whom a proxy answers for is not said to be out of reach', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await expect(a).not.toReach(b);
  r.sysctl.set('net.ipv4.conf.eth0.proxy_arp', 1);
  for (let time = 0; time < TIMES; time++)
    await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: {2}an answer/m);
});

test('nor is who has a proxy for ND', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await expect(a).not.toReach(b, { family: 6 });
  r.sysctl.set('net.ipv6.conf.eth0.proxy_ndp', 1);
  await r.exec('ip', ['neighbour', 'add', 'proxy', 'fd09::2', 'dev', 'eth0']);
  for (let time = 0; time < TIMES; time++)
    await expect(expect(a).not.toReach(b, { family: 6 })).rejects.toThrow(/^Received: {2}an answer/m);
});

// Its holders put their answers off, too: there may be several (RFC 4861 section 7.2.7).
test("nor is a subnet's routers' anycast address", async ({ lab }) => {
  const { a } = build(lab);
  const own = a
    .interface()
    .address.list()
    .find(({ address }) => address.startsWith('fd'));
  const anycast = `${own?.address.split('::')[0]}::`;
  for (let time = 0; time < TIMES; time++)
    await expect(expect(a).not.toReach(anycast, { because: 'lost' })).rejects.toThrow(/^Received: {2}an answer/m);
});

test('a negative waits for a proxy that a spec has made slow', async ({ lab }) => {
  const { a, r, b } = build(lab);
  r.sysctl.set('net.ipv4.conf.eth0.proxy_arp', 1);
  r.sysctl.set('net.ipv4.neigh.eth0.proxy_delay', 40);
  for (let time = 0; time < TIMES; time++)
    await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: {2}an answer/m);
});
