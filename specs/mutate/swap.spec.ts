import { type CableOptions, expect, type Interface, type Lab, type Namespace, type PortOptions, test } from 'hairpin';
import { knobsOf } from '../../lib/mutate/knobs.ts';
import { bridgeLink, ipLink, ipLinkNames, read } from '../lab/referee.ts';
import { describeNeeding } from '../needs.ts';

type Part = Parameters<typeof knobsOf>[0];

const swaps = (parts: readonly Part[]) =>
  parts.flatMap((part) => knobsOf(part).knobs).filter(({ what }) => what.endsWith(': cables swapped'));

const names = (parts: readonly Part[]) => swaps(parts).map(({ what }) => what.split(':')[0]);

function turn(parts: readonly Part[], which: string): void {
  const found = swaps(parts).filter(({ what }) => what === `${which}: cables swapped`);
  expect(found, `one of ${names(parts).join('; ')}`).toHaveLength(1);
  found[0]?.turn();
}

/** Whether `ping` gets an answer over IPv4. */
async function pings(from: Namespace, to: Interface): Promise<boolean> {
  const address = to.address.first(4)?.address ?? '';
  const { exitCode } = await from.exec('ping', ['-c1', '-W1', address], { reject: false });
  return exitCode === 0;
}

/** Which port the other end of a host's cable is, as the kernel has it. */
const plug = async (host: Namespace) => (await ipLink(host, 'eth0')).link_index;

function hosts<const N extends string>(lab: Lab, ...named: N[]) {
  return Object.fromEntries(named.map((name) => [name, lab.namespace(name)])) as Record<N, Namespace>;
}

// At first: a ── p0 (sw1) p1 ── c   d ── p0 (sw2) p1 ── b
function twoSegments(lab: Lab, port1: PortOptions = {}, port2: PortOptions = {}) {
  const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
  const { a, b, c, d } = hosts(lab, 'a', 'b', 'c', 'd');
  const [ofA, ofC] = [lab.cable(a, sw1, { b: port1 }), lab.cable(c, sw1)];
  const [ofD, ofB] = [lab.cable(d, sw2, { b: port2 }), lab.cable(b, sw2)];
  return { sw1, sw2, a, b, c, d, ofA, ofB, ofC, ofD, cables: [ofA, ofC, ofD, ofB] };
}

test('hosts of two switches change places, and the ports stay what they are', async ({ lab }) => {
  const chosen = { hairpin: true, learning: false } as const;
  const { sw1, sw2, a, d, ofA, ofB, ofC, ofD, cables } = twoSegments(lab, chosen, { mcastFlood: false });
  const entry = { mac: '02:00:00:00:aa:aa', ifname: 'p0', state: 'static' };
  sw1.fdb.add(entry.mac, ofA.b);
  expect([await pings(a, ofC.a), await pings(d, ofB.a)]).toEqual([true, true]);
  const [p1, p2] = [await bridgeLink(sw1, 'p0'), await bridgeLink(sw2, 'p0')];
  turn(cables, 'sw1/p0 ↔ sw2/p0');
  expect(await bridgeLink(sw1, 'p0')).toEqual({ ...p1, link: p2['link'] });
  expect(await bridgeLink(sw2, 'p0')).toEqual({ ...p2, link: p1['link'] });
  expect((await ipLink(sw1, 'p0')).address).toBe(ofA.b.mac);
  expect(await ipLinkNames(sw1)).toHaveLength(3);
  const entries = await read<{ mac: string }>(sw1, 'bridge', ['-j', 'fdb', 'show', 'br', 'br0']);
  expect(entries.filter(({ mac }) => mac === entry.mac)).toMatchObject([entry]);
  expect([await plug(a), await plug(d)]).toEqual([ofD.b.index, ofA.b.index]);
  expect([await pings(a, ofC.a), await pings(d, ofB.a)]).toEqual([false, false]);
  d.interface().address.add('10.0.0.77/24');
  expect(await pings(d, ofC.a)).toBe(true);
});

test('hairpin goes on knowing who is where', async ({ lab }) => {
  const { a, c, ofA, ofB, ofC, ofD, cables } = twoSegments(lab);
  expect(swaps(cables)[0]?.settings).toEqual({ 'a/eth0 at': 'sw2/p0', 'd/eth0 at': 'sw1/p0' });
  turn(cables, 'sw1/p0 ↔ sw2/p0');
  const failure = await expect(a).toReach(c, { within: 200 }).catch(String);
  expect(failure).toContain('From:      a 10.0.0.1 (eth0, veth to sw2/p0)');
  expect(failure).toContain('a/eth0 ─┬→ sw2/p0 → sw2/p1 → b/eth0\n          └✗ no cable leads from a/eth0 to c/eth0');
  turn(cables, 'sw1/p1 ↔ sw2/p1');
  await expect(a).toReach(c, { through: ofD.b, notThrough: ofA.b });
  lab.discover();
  expect([ofA, ofB, ofC, ofD].map(({ a: host, b: port }) => [host.peer, port.peer])).toEqual([
    [ofD.b, ofD.a],
    [ofC.b, ofC.a],
    [ofB.b, ofB.a],
    [ofA.b, ofA.a],
  ]);
  ofA.delete();
  expect([ofA.a, ofD.b, ofA.b, ofD.a].map(({ deleted }) => deleted)).toEqual([true, true, false, false]);
});

// At first: a ── p0 (sw) p1 ── b   c ── p2 (sw)
function oneSwitch(lab: Lab, ...options: CableOptions['b'][]) {
  const sw = lab.switch('sw');
  const { a, b, c } = hosts(lab, 'a', 'b', 'c');
  const cables = [a, b, c].map((host, at) => lab.cable(host, sw, { b: options[at] ?? {} }));
  return { sw, a, b, c, cables };
}

test('of one switch the settings are those of the other port', async ({ lab }) => {
  const { sw, a, b, c, cables } = oneSwitch(lab, { isolated: true }, { isolated: true });
  const [, ofB, ofC] = cables.map((cable) => cable.a) as [Interface, Interface, Interface];
  expect([await pings(a, ofB), await pings(b, ofC)]).toEqual([false, true]);
  expect(swaps(cables)[0]?.settings).toMatchObject({ 'sw/p0 isolated': 'off', 'sw/p2 isolated': 'on' });
  turn(cables, 'sw/p0 ↔ sw/p2');
  expect([await pings(a, ofB), await pings(b, ofC), await pings(a, ofC)]).toEqual([true, false, true]);
  expect([await plug(a), await plug(b), await plug(c)]).toEqual([2, 1, 0].map((at) => sw.ports[at]?.index));
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ isolated: true });
  expect(await bridgeLink(sw, 'p2')).toMatchObject({ isolated: false });
});

const outOfService: CableOptions['b'][] = [{ state: 'disabled' }, { up: false }];

test.for(outOfService)(
  'a port that is out of service is so for whoever is plugged in: %j',
  async (options, { lab }) => {
    const { sw, a, b, cables } = oneSwitch(lab, options);
    const [, ofB, ofC] = cables.map((cable) => cable.a) as [Interface, Interface, Interface];
    turn(cables, 'sw/p0 ↔ sw/p1');
    expect(await bridgeLink(sw, 'p0')).toMatchObject({ state: 'disabled' });
    expect((await ipLink(sw, 'p0')).flags.includes('UP')).toBe(options?.up ?? true);
    expect([await pings(a, ofC), await pings(a, ofB), await pings(b, ofC)]).toEqual([true, false, false]);
  },
);

const DEAF = { flood: false, mcastFlood: false, bcastFlood: false };

const ofOneSwitch: [why: string, options: CableOptions['b'][], expected: string[]][] = [
  ['equal settings', [], []],
  ['two isolated from each other, not from a third', [{ isolated: true }, {}, { isolated: true }], ['0 1', '1 2']],
  ['isolated from nobody', [{ isolated: true }], []],
  ['all isolated', [{ isolated: true }, { isolated: true }, { isolated: true }], []],
  ['reflection, which macvlans alone hear', [{ hairpin: true }], []],
  ['one out of service', [{ state: 'disabled' }], ['0 1']],
  ['two out of service: nobody is there to be heard', [{ state: 'disabled' }, { state: 'disabled' }], []],
  ['one that groups do not get to', [{}, { mcastFlood: false }], ['1 2']],
  [
    'of two isolated, one that groups do not get to',
    [{ isolated: true, mcastFlood: false }, { isolated: true }],
    ['0 1', '1 2'],
  ],
  ['one that is deaf, and one that is mute as well', [DEAF, { state: 'disabled' }], ['0 1', '1 2']],
  ['one that does not learn', [{}, {}, { learning: false }], ['0 2']],
  ['BPDUs, which no host sends', [{ guard: true }], []],
];

test.for(ofOneSwitch)('of one switch: %s', ([, options, expected], { lab }) => {
  const { cables } = oneSwitch(lab, ...options);
  expect(names(cables).toSorted()).toEqual(expected.map((ports) => `sw/p${ports.replace(' ', ' ↔ sw/p')}`));
});

test('reflection is swapped between parents of macvlans', ({ lab }) => {
  const { a, b, cables } = oneSwitch(lab, { hairpin: true });
  for (const host of [a, b]) host.macvlan({ parent: host.interface('eth0'), name: 'm0' });
  expect(names(cables)).toEqual(['sw/p0 ↔ sw/p1']);
});

test('a host that is down is nowhere', ({ lab }) => {
  const { a, cables } = oneSwitch(lab, { isolated: true }, { isolated: true });
  a.interface().set({ up: false });
  expect(names(cables)).toEqual([]);
});

const pairs: [hosts: string, addresses: [string | false, string | false, string | false], expected: string[]][] = [
  ['with a subnet in common', ['10.1.0.1/24', '10.1.0.2/24', '10.2.0.1/24'], ['sw/p0 ↔ sw/p1']],
  ['without', ['10.1.0.1/24', '10.2.0.1/24', '10.3.0.1/24'], []],
  ['one without addresses', ['10.1.0.1/24', '10.2.0.1/24', false], ['sw/p0 ↔ sw/p1']],
];

test.for(pairs)('hosts %s', ([, addresses, expected], { lab }) => {
  const sw = lab.switch('sw');
  const cables = addresses.map((address, at) =>
    lab.cable(lab.namespace(`h${at}`), sw, { a: { address }, b: { mcastFlood: at > 0, learning: at > 0 } }),
  );
  expect(names(cables)).toEqual(expected);
});

test('two hosts, one of which groups do not get to', ({ lab }) => {
  const sw = lab.switch('sw');
  const { a, b } = hosts(lab, 'a', 'b');
  expect(names([lab.cable(a, sw), lab.cable(b, sw, { b: { mcastFlood: false } })])).toEqual(['sw/p0 ↔ sw/p1']);
});

// An entry of an address that speaks goes where it is heard (br_fdb_update); at a locked port nobody else may.
test('static entries count where they stay', async ({ lab }) => {
  const { sw, a, c, cables } = oneSwitch(lab, {}, {}, { locked: true });
  const [ofA, ofB, ofC] = cables as [(typeof cables)[0], (typeof cables)[0], (typeof cables)[0]];
  expect(names(cables)).toEqual(['sw/p0 ↔ sw/p2']);
  for (const cable of [ofA, ofC]) sw.fdb.add(cable.a.mac, cable.b);
  ofC.b.set({ locked: false });
  expect(names(cables)).toEqual([]);
  sw.fdb.add('02:00:00:00:aa:aa', ofB.b);
  expect(names(cables)).toEqual(['sw/p0 ↔ sw/p1', 'sw/p1 ↔ sw/p2']);
  ofC.b.set({ locked: true });
  expect([await pings(a, ofB.a), await pings(c, ofB.a)]).toEqual([true, true]);
  turn(cables, 'sw/p0 ↔ sw/p2');
  expect([await pings(a, ofB.a), await pings(c, ofB.a)]).toEqual([false, true]);
});

test('of locked ports one lets its host in', ({ lab }) => {
  const { sw, cables } = oneSwitch(lab, ...[0, 1, 2].map(() => ({ locked: true })));
  expect(names(cables)).toEqual([]);
  const [ofA] = cables;
  if (ofA) sw.fdb.add(ofA.a.mac, ofA.b);
  expect(names(cables)).toEqual(['sw/p0 ↔ sw/p1', 'sw/p0 ↔ sw/p2']);
});

// a ── sw1 ── r ── sw2 ── b
test('a router between two switches: each of its ends, and each host', ({ lab }) => {
  const { a, b } = hosts(lab, 'a', 'b');
  const [sw1, r, sw2] = [lab.switch('sw1'), lab.router('r'), lab.switch('sw2')];
  const cables = [lab.cable(a, sw1), lab.cable(r, sw1), lab.cable(r, sw2), lab.cable(b, sw2)];
  expect(names(cables)).toEqual(['sw1/p0 ↔ sw2/p0', 'sw1/p1 ↔ sw2/p1']);
});

// h0 … h3 ── sw1   h4, h5 ── sw2   h6 ── sw3
test('each cable with one other, not with all', ({ lab }) => {
  const [sw1, sw2, sw3] = [lab.switch('sw1'), lab.switch('sw2'), lab.switch('sw3')];
  const plugs = [sw1, sw1, sw1, sw1, sw2, sw2, sw3].map((sw, at) => lab.cable(lab.namespace(`h${at}`), sw));
  expect(names(plugs)).toEqual([
    'sw1/p0 ↔ sw2/p0',
    'sw1/p1 ↔ sw2/p1',
    'sw1/p2 ↔ sw2/p0',
    'sw1/p3 ↔ sw2/p1',
    'sw2/p0 ↔ sw3/p0',
    'sw2/p1 ↔ sw3/p0',
    'sw1/p0 ↔ sw3/p0',
  ]);
});

const withoutSwap: Record<string, (lab: Lab) => Part[]> = {
  // a ── sw1, b ── sw2
  'nobody else is there': (lab) => {
    const { a, b } = hosts(lab, 'a', 'b');
    return [
      lab.cable(a, lab.switch('sw1'), { b: { learning: false, hairpin: true } }),
      lab.cable(b, lab.switch('sw2')),
    ];
  },
  // a, c ── sw1 ── sw2 ── b
  'the switches are one segment': (lab) => {
    const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
    const { a, b, c } = hosts(lab, 'a', 'b', 'c');
    return [lab.cable(sw1, sw2), lab.cable(a, sw1), lab.cable(c, sw1), lab.cable(b, sw2)];
  },
  // a ── sw1 ── c, b ── sw2 ── d, where a and b have one address
  'one is like the other': (lab) => {
    const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
    const { a, b, c, d } = hosts(lab, 'a', 'b', 'c', 'd');
    const [one, two] = [{ a: { address: '10.9.0.1/24' } }, { a: { address: '10.9.0.2/24' } }];
    return [lab.cable(a, sw1, one), lab.cable(c, sw1, two), lab.cable(b, sw2, one), lab.cable(d, sw2, two)];
  },
  // a ── sw1 ── c, b ── sw2 ── d, where no two have a subnet in common
  'they have nothing to say to each other': (lab) => {
    const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
    const { a, b, c, d } = hosts(lab, 'a', 'b', 'c', 'd');
    const plugs = [
      [a, sw1],
      [c, sw1],
      [b, sw2],
      [d, sw2],
    ] as const;
    return plugs.map(([host, sw], at) => lab.cable(host, sw, { a: { address: `10.${at}.0.1/24` } }));
  },
  // a ── sw1 ── c, b ── sw2 ── d
  'a spanning tree lets nobody talk yet': (lab) => {
    const [sw1, sw2] = [lab.switch('sw1', { stp: true }), lab.switch('sw2', { stp: true })];
    const { a, b, c, d } = hosts(lab, 'a', 'b', 'c', 'd');
    return [lab.cable(a, sw1), lab.cable(c, sw1), lab.cable(b, sw2), lab.cable(d, sw2)];
  },
};

test.for(Object.keys(withoutSwap))('nothing is swapped where %s', (why, { lab }) => {
  expect(names(withoutSwap[why]?.(lab) ?? [])).toEqual([]);
});

// a ── p0 (sw) ── b; p0.10, which would lose its parent, is on p0
describeNeeding(['vlan'], () => {
  test('nothing is swapped where a port has a device on it', ({ lab }) => {
    const sw = lab.switch('sw');
    const { a, b } = hosts(lab, 'a', 'b');
    const cables = [lab.cable(a, sw, { b: { mcastFlood: false } }), lab.cable(b, sw)] as const;
    sw.vlan({ parent: cables[0].b, id: 10, address: false });
    expect(names(cables)).toEqual([]);
  });
});
