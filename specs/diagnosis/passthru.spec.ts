import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;

// v ─ m0 (passthru) ─ eth0 (host) ── eth0 (far)
function build(lab: Lab) {
  const [host, far, v] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('v')];
  const { a: parent } = lab.cable(host, far);
  return { host, far, child: v.macvlan({ parent, name: 'm0', mode: 'passthru' }) };
}

const EXPECTED = { code: 'macvlan.passthru', facts: { device: 'v/m0', parent: 'host/eth0' } };

test('a macvlan in mode passthru takes the answers that are for the host of its parent', async ({ lab }) => {
  const { host, far } = build(lab);
  expect(await diagnosed(expect(host).toReach(far, SHORT))).toMatchObject({
    ...{ ...EXPECTED, of: 'answer', lastSeen: 'host/eth0' },
  });
});

test('and the questions', async ({ lab }) => {
  const { host, far } = build(lab);
  expect(await diagnosed(expect(far).toReach(host, SHORT))).toMatchObject({
    ...{ ...EXPECTED, of: 'probe', lastSeen: 'host/eth0' },
  });
});

test('one that is down takes them as well', async ({ lab }) => {
  const { host, far, child } = build(lab);
  child.set({ up: false });
  expect(await diagnosed(expect(far).toReach(host, SHORT))).toMatchObject({
    code: 'link.down',
    facts: { device: 'v/m0' },
    lastSeen: 'host/eth0',
  });
});
