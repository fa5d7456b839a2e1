import { expect, type Lab, type MacvlanMode, type PortOptions, test } from 'hairpin';
import { knobsOf } from '../../lib/mutate/knobs.ts';
import { bridgeLink, ipAddresses, ipLink } from '../lab/referee.ts';

// a ── p0 (sw) p1 ── b
function build(lab: Lab, port0: PortOptions = {}, port1: PortOptions = {}) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  return { sw, a, b, cable: lab.cable(a, sw, { b: port0 }), other: lab.cable(b, sw, { b: port1 }) };
}

/** Turns the one knob of a part that is called so. */
function turn(part: Parameters<typeof knobsOf>[0], what: string): void {
  const { knobs } = knobsOf(part);
  const found = knobs.filter((knob) => knob.what === what);
  expect(found, `one of ${knobs.map((knob) => knob.what).join('; ')}`).toHaveLength(1);
  found[0]?.turn();
}

const names = (part: Parameters<typeof knobsOf>[0]) => knobsOf(part).knobs.map(({ what }) => what);

test('a cable is unplugged, its host left without addresses', async ({ lab }) => {
  const { sw, a, cable } = build(lab);
  expect(names(cable)).toEqual(['a/eth0–sw/p0: unplugged', 'a/eth0: addresses withdrawn']);
  turn(cable, 'a/eth0: addresses withdrawn');
  expect(await ipAddresses(a, 'eth0')).toEqual([]);
  turn(cable, 'a/eth0–sw/p0: unplugged');
  expect((await ipLink(a, 'eth0')).flags).toContain('NO-CARRIER');
  expect((await ipLink(sw, 'p0')).flags).not.toContain('UP');
  expect(names(cable)).toEqual([]);
});

const flags: [option: keyof PortOptions, chosen: boolean, shown: string][] = [
  ['hairpin', true, 'hairpin'],
  ['learning', false, 'learning'],
  ['flood', false, 'flood'],
  ['mcastFlood', false, 'mcast_flood'],
  ['bcastFlood', false, 'bcast_flood'],
  ['guard', true, 'guard'],
  ['locked', true, 'locked'],
];

test.for(flags)('what a spec chose of a port is turned back: %s %s', async ([option, chosen, shown], { lab }) => {
  const { sw, cable } = build(lab, { [option]: chosen });
  const [is, would] = chosen ? ['on', 'off'] : ['off', 'on'];
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ [shown]: chosen });
  turn(cable, `sw/p0: ${option} ${is} → ${would}`);
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ [shown]: !chosen });
});

test('a port that the spec put out of service is put into it', async ({ lab }) => {
  const { sw, cable } = build(lab, { state: 'disabled' });
  turn(cable, 'sw/p0: state disabled → forwarding');
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ state: 'forwarding' });
});

// A port is isolated from other isolated ones: by itself it is as good as not.
test('isolation is turned on only where another port is isolated', ({ lab }) => {
  const { cable, other } = build(lab, { isolated: true });
  expect(names(other)).toContain('sw/p1: isolated off → on');
  expect(names(cable)).not.toContain('sw/p0: isolated on → off');
});

test("a router's forwarding is turned off", async ({ lab }) => {
  const r = lab.router('r');
  turn(r, 'r: forwarding on → off');
  const { stdout } = await r.exec('cat', ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding']);
  expect(stdout).toBe('0\n0');
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour
const modes: [modes: [MacvlanMode, MacvlanMode], hairpin: boolean, m2: string[]][] = [
  // Where nothing is reflected, private and vepa are the same to everybody, and so is one bridge child by itself.
  [['vepa', 'vepa'], false, ['ns1/m1, ns2/m2: mode vepa → bridge']],
  [['private', 'private'], false, ['ns1/m1, ns2/m2: mode private → bridge']],
  [['bridge', 'vepa'], false, ['ns2/m2: mode vepa → bridge']],
  [['vepa', 'vepa'], true, ['ns2/m2: mode vepa → private', 'ns1/m1, ns2/m2: mode vepa → private']],
  [['source', 'source'], false, []],
];

test.for(modes)(
  'modes %j, hairpin %s: those that the model tells apart',
  async ([of, hairpin, expected], { macvlanPair }) => {
    const { m2, ns2 } = macvlanPair({ modes: of, hairpin });
    if (!m2) throw new Error('no m2');
    const found = knobsOf(m2).knobs.filter(({ what }) => what.includes(': mode '));
    expect(found.map(({ what }) => what)).toEqual(expected);
    found[0]?.turn();
    const mode = found[0]?.what.split(' → ')[1] ?? of[1];
    expect((await ipLink(ns2, 'm2')).linkinfo.info_data).toMatchObject({ mode });
  },
);
