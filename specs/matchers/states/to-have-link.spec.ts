import { expect, test } from 'hairpin';
import { ipLink } from '../../lab/referee.ts';
import { failureOf } from '../failure-of.ts';

// a eth0 ── eth0 b, and a macvlan m0 on a's eth0
test('a link is as ip link shows it, with the settings of its kind', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  eth0.set({ mtu: 1400 });
  const m0 = a.macvlan({ parent: eth0, mode: 'vepa', name: 'm0' });
  const shown = await ipLink(a, 'eth0');
  await expect(a).toHaveLink({
    name: shown.ifname,
    index: shown.ifindex,
    mac: shown.address,
    mtu: shown.mtu,
    up: true,
  });
  await expect(a).toHaveLink({ name: 'eth0', mac: eth0.mac.toUpperCase(), kind: expect.stringMatching(/^ve/) });
  await expect(a).toHaveLink(expect.objectContaining({ name: 'm0', link: eth0, settings: { mode: 'vepa' } }));
  await expect(m0).toHaveLink({ kind: 'macvlan' });
  await expect(a).not.toHaveLink({ name: 'm0', settings: { mode: 'bridge' } }, { hold: 0 });
  await expect(m0).not.toHaveLink({ name: 'eth0' }, { hold: 0 });
});

// a ── sw
test('a port is as bridge link shows it', async ({ lab }) => {
  const [a, sw] = [lab.namespace('a'), lab.switch('sw')];
  const { b: port } = lab.cable(a, sw, { b: { hairpin: true } });
  await expect(port).toHaveLink({ master: 'br0', port: { hairpin: true, isolated: false } });
  await expect(sw).not.toHaveLink({ port: { hairpin: false } }, { hold: 0 });
});

// At first: a eth0 ── eth0 b
test('what a program changes later is waited for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const changed = expect(a).toHaveLink({ name: 'eth0', mtu: 1300 }, { within: 20_000 });
  await a.exec('ip', ['link', 'set', 'eth0', 'mtu', '1300']);
  await changed;
  const gone = expect(a).not.toHaveLink({ name: 'eth0' }, { within: 20_000 });
  await a.exec('ip', ['link', 'delete', 'eth0']);
  await gone;
});

// a eth0 ── eth0 b
test('a failure shows the nearest link, and what differs', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const failure = await failureOf(expect(a).toHaveLink({ name: 'eth0', mtu: 1400, up: true }, { within: 50 }));
  expect(
    failure.replace(/\d+ looks in \d+ ms/, 'N looks in N ms'),
  ).toBe(`expect(a).toHaveLink({ name: 'eth0', mtu: 1400, up: true }, { within: 50 })

In:        a
Expected:  such a link within 50 ms
Received:  none (it has 2 links; N looks in N ms)

The nearest link:
- Expected
+ Received

  {
-   "mtu": 1400,
+   "mtu": 1500,
    "name": "eth0",
    "up": true,
  }`);
});

// a eth0 ── eth0 b
test('.not fails while there is such a link, and shows it', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const failure = await failureOf(expect(a).not.toHaveLink({ name: 'eth0' }));
  expect(failure).toMatch(
    /^expect\(a\)\.not\.toHaveLink\({ name: 'eth0' }\)\n\nIn: {8}a\nExpected: {2}no such link for 100 ms\nReceived: {2}such a link after [\d.]+ ms\n {11}\{\n(?: {13}.*\n)* {13}"name": "eth0",(?:\n.*)*\n\nIt was there at the first look\. An option such as { within: 1000 } gives it time to go\.$/,
  );
  const inVain = await failureOf(expect(a).not.toHaveLink({ name: 'eth0' }, { within: 20 }));
  expect(inVain).not.toContain('time to go');
});

// a eth0 ── eth0 b
test('.not fails where such a link comes and goes between two looks', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  const failure = failureOf(expect(a).not.toHaveLink({ mtu: 1300 }, { hold: 10_000 }));
  await new Promise<void>((resolve) => setImmediate(resolve));
  // Neither call lets the event loop go on.
  eth0.set({ mtu: 1300 });
  eth0.set({ mtu: 1500 });
  expect(await failure).toMatch(/Received: {2}such a link after [\d.]+ ms, for a moment\n/);
});

// a eth0 ── eth0 b
test('a wrong expectation is refused, and says what a link has', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: far } = lab.cable(a, b);
  const names =
    'name, index, kind, mac, mtu, up, carrier, operState, arp, promiscuous, allMulticast, promiscuity, master, link, xdp, altnames, addrgenmode, token, protodown, protodownReasons, settings, port';
  expect(await failureOf(expect(a).toHaveLink({ adress: '1' } as never))).toBe(
    `expect(a).toHaveLink({ adress: '1' }): a link has no 'adress'; it has ${names}`,
  );
  expect(await failureOf(expect(a).not.toHaveLink(expect.objectContaining({ adress: '1' })))).toBe(
    `expect(a).not.toHaveLink(expect.objectContaining({ adress: '1' })): a link has no 'adress'; it has ${names}`,
  );
  expect(await failureOf(expect(a).not.toHaveLink({ mtu: '1500' } as never))).toBe(
    "expect(a).not.toHaveLink({ mtu: '1500' }): mtu must be a whole number from 0: received '1500'",
  );
  expect(await failureOf(expect(a).not.toHaveLink({ settings: { mod: 'vepa' } }))).toMatch(
    /^expect\(a\)\.not\.toHaveLink\({ settings: { mod: 'vepa' } }\): a value of settings has no 'mod' \(the nearest is mode\); it has ageingTime, /,
  );
  expect(await failureOf(expect(a).not.toHaveLink({ port: expect.objectContaining({ hairpin: 'on' }) }))).toMatch(
    /: hairpin must be a value that its option takes: received 'on'$/,
  );
  expect(await failureOf(expect(a).not.toHaveLink({ settings: { mode: 'vepo' } }))).toMatch(
    /settings: { mode: 'vepo' } }\): mode must be .*: received 'vepo'$/,
  );
  expect(await failureOf(expect(a).toHaveLink('eth0' as never))).toBe(
    "expect(a).toHaveLink('eth0'): a link must be said as an object such as { name: … }: received 'eth0'",
  );
  expect(await failureOf(expect(a).toHaveLink({ master: far }))).toBe(
    'expect(a).toHaveLink({ master: b/eth0 }): b/eth0 is not in a',
  );
  expect(await failureOf(expect(lab).toHaveLink({ name: 'eth0' }))).toBe(
    "expect(lab).toHaveLink({ name: 'eth0' }): expect() takes a namespace or an interface: received a ContainerLab",
  );
  expect(await failureOf(expect(a).toHaveLink({ name: 'eth0' }, { hold: 5 }))).toBe(
    "expect(a).toHaveLink({ name: 'eth0' }, { hold: 5 }): hold belongs to .not.toHaveLink; without .not it is within",
  );
});
