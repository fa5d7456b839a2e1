import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 150, family: 4 } as const;
const INNER = '10.7.0.2';

/** a: h0 (s1, s2) ══ b: h0 (s1, s2), by two cables */
function build(lab: Lab, left: object, right: object) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cables = ['s1', 's2'].map((name) => {
    const end = { name, address: false as const };
    return lab.cable(a, b, { a: end, b: end });
  });
  const [one, two] = cables as [(typeof cables)[0], (typeof cables)[0]];
  a.link('hsr', { name: 'h0', slave1: one.a, slave2: two.a, address: '10.7.0.1/24', ...left });
  b.link('hsr', { name: 'h0', slave1: one.b, slave2: two.b, address: `${INNER}/24`, ...right });
  return { a, b };
}

const [HSR, PRP] = [{ proto: 'hsr' }, { proto: 'prp' }] as const;

describeNeeding(['hsr'], () => {
  test.for([
    [PRP, HSR, { device: 'a/h0', other: 'b/h0', sends: 'prp', expects: 'hsr' }],
    [HSR, PRP, { device: 'a/h0', other: 'b/h0', sends: 'hsr', expects: 'prp' }],
    [{ version: 0 }, { version: 1 }, { device: 'a/h0', sends: 'hsr version 0', expects: 'hsr version 1' }],
    [{ version: 1 }, { version: 0 }, { device: 'b/h0', sends: 'hsr version 0', expects: 'hsr version 1' }],
  ] as const)('nodes with %o and %o', async ([left, right, facts], { lab }) => {
    const { a } = build(lab, left, right);
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({ code: 'hsr.other-protocol', facts });
  });

  // a: h0 (s1, s2) ══ s1, s2 (b)
  test('a host without HSR', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: slave1 } = lab.cable(a, b, {
      a: { name: 's1', address: false },
      b: { name: 's1', address: `${INNER}/24` },
    });
    const { a: slave2 } = lab.cable(a, b, { a: { name: 's2', address: false }, b: { name: 's2', address: false } });
    a.link('hsr', { name: 'h0', slave1, slave2, address: '10.7.0.1/24' });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'hsr.no-node',
      facts: { device: 'a/h0', port: 'b/s1' },
      lastSeen: 'a/h0',
    });
  });
});
