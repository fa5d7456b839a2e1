import { expect, type Lab, type Namespace, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;

// m ─ m1 ─ eth0 (host) ── p0 (sw) p1 ── eth0 (a)
function build(lab: Lab): { a: Namespace; m: Namespace } {
  const sw = lab.switch('sw');
  const [host, a, m] = [lab.namespace('host'), lab.namespace('a'), lab.namespace('m')];
  const { a: parent } = lab.cable(host, sw, { a: { address: false } });
  lab.cable(a, sw);
  m.macvlan({ parent, mode: 'bridge', name: 'm1' }).set({ protodown: true });
  return { a, m };
}

const PROTODOWN = { code: 'link.no-carrier', facts: { device: 'm/m1', because: 'protodown' } };

test('a macvlan with protodown sends nothing', async ({ lab }) => {
  const { a, m } = build(lab);
  expect(await diagnosed(expect(m).toReach(a, SHORT))).toMatchObject({ ...PROTODOWN, of: 'probe', lastSeen: 'm' });
});

test('nor does it answer what it receives', async ({ lab }) => {
  const { a, m } = build(lab);
  expect(await diagnosed(expect(a).toReach(m, SHORT))).toMatchObject({ ...PROTODOWN, lastSeen: 'm/m1' });
});

// a ── b
test('a tun that no program has open', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const tun = a.link('tun', { mode: 'tun', address: '10.8.0.1/24' });
  const asked = () => expect(a).toReach('10.8.0.2', SHORT);
  expect(await diagnosed(asked())).toMatchObject({
    code: 'link.no-carrier',
    facts: { device: `a/${tun.name}`, because: 'closed' },
  });
  expect(await failureOf(asked())).toMatch(/^Why: +no program has it open$/m);
});

// a ── eth0 bridge0 (r)
test('a bridge whose ports have no carrier names them', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.namespace('r')];
  const { a: eth0, b: port } = lab.cable(a, r, { a: { address: '10.7.0.1/24' }, b: { address: false } });
  r.bridge({ address: '10.7.0.254/24', ports: [port] });
  eth0.set({ up: false });
  expect(await diagnosed(expect(r).toReach('10.7.0.1', SHORT))).toMatchObject({
    code: 'link.no-carrier',
    facts: { device: 'r/bridge0', because: 'members', members: ['r/eth0'] },
  });
});
