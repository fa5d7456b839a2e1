import { expect, type Lab, type MacvlanMode, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// m0 (a) ┐
//        ├─ eth0 (host) ── far
// m0 (b) ┘
function build(lab: Lab, modes: [MacvlanMode, MacvlanMode]) {
  const [host, a, b, far] = [lab.namespace('host'), lab.namespace('a'), lab.namespace('b'), lab.namespace('far')];
  const { a: parent } = lab.cable(host, far);
  a.macvlan({ parent, name: 'm0', mode: modes[0] });
  b.macvlan({ parent, name: 'm0', mode: modes[1] });
  return { host, a, b };
}

test('a macvlan and its parent do not talk', async ({ lab }) => {
  const { host, a } = build(lab, ['bridge', 'bridge']);
  const expected = { code: 'macvlan.parent', facts: { device: 'a/m0', parent: 'host/eth0' }, lastSeen: 'host/eth0' };
  expect(await diagnosed(expect(a).toReach(host, SHORT))).toMatchObject(expected);
  expect(await diagnosed(expect(host).toReach(a, SHORT))).toMatchObject(expected);
});

test.for([
  ['private', 'private'],
  ['vepa', 'vepa'],
  ['bridge', 'vepa'],
] as [MacvlanMode, MacvlanMode][])('siblings in modes %s and %s, where nothing reflects', async (modes, { lab }) => {
  const { a, b } = build(lab, modes);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'macvlan.siblings',
    facts: { device: 'a/m0', sibling: 'b/m0', parent: 'host/eth0' },
    lastSeen: 'host/eth0',
  });
});
