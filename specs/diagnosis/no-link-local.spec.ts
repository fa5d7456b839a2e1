import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 6 } as const;
const withoutLinkLocal = ['-6', 'addr', 'flush', 'dev', 'eth1', 'scope', 'link'];

// a ── eth0 (r) eth1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: 'fd00:1::2/64' }, b: { address: 'fd00:1::1/64' } });
  lab.cable(r, b, { a: { address: 'fd00:2::1/64' }, b: { address: 'fd00:2::2/64' } });
  return { a, r, b };
}

test('a router without a link-local address cannot ask for its next hop', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await r.exec('ip', withoutLinkLocal);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.no-link-local',
    facts: { device: 'r/eth1', asked: { by: 'r', address: 'fd00:2::2' } },
    ...{ of: 'probe', lastSeen: 'r/eth0' },
  });
});
