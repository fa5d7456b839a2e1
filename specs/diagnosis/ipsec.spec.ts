import { describe, expect, type Lab, type Namespace, test } from 'hairpin';
import { hasEsp } from '../ipsec.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;
const [A, B] = ['10.0.0.1', '10.0.0.2'];
const KEY = '0x0102030405060708090a0b0c0d0e0f10';

// a ── b, and ESP between them in mode transport
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: `${A}/24` }, b: { address: `${B}/24` } });
  return { a, b };
}

const WAYS = [
  { spi: 1, src: A, dst: B },
  { spi: 2, src: B, dst: A },
];

function addStates({ xfrm }: Namespace, key = KEY) {
  const algorithms = { auth: { name: 'hmac(sha1)', key }, enc: { name: 'cbc(aes)', key: KEY } };
  for (const way of WAYS) xfrm.state.add({ ...way, proto: 'esp', reqid: 1, ...algorithms });
}

function addPolicies({ xfrm }: Namespace, own: string) {
  for (const { src, dst } of WAYS)
    xfrm.policy.add({ src, dst, dir: src === own ? 'out' : 'in', tmpl: { src, dst, proto: 'esp', reqid: 1 } });
}

describe.skipIf(!(await hasEsp()))('needs CONFIG_INET_ESP', () => {
  test('with states and policies at both ends they reach each other', async ({ lab }) => {
    const { a, b } = build(lab);
    addStates(a);
    addStates(b);
    addPolicies(a, A);
    addPolicies(b, B);
    await expect(a).toReach(b, { family: 4 });
  });

  test('a host without a state for what comes in', async ({ lab }) => {
    const { a, b } = build(lab);
    addStates(a);
    addPolicies(a, A);
    addPolicies(b, B);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'ipsec.no-state',
      facts: { namespace: 'b', counter: 'InNoStates' },
      of: 'probe',
    });
  });

  test('a key that differs', async ({ lab }) => {
    const { a, b } = build(lab);
    addStates(a);
    addStates(b, KEY.replace('01', '11'));
    addPolicies(a, A);
    addPolicies(b, B);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'ipsec.state',
      facts: { namespace: 'b', counter: 'InStateProtoError' },
    });
  });

  test('a packet that is not encrypted, and should be', async ({ lab }) => {
    const { a, b } = build(lab);
    addStates(b);
    addPolicies(b, B);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'ipsec.policy',
      facts: { namespace: 'b', counter: 'InTmplMismatch' },
      lastSeen: 'b/eth0',
    });
  });

  test('an answer that is not encrypted, and should be', async ({ lab }) => {
    const { a, b } = build(lab);
    addStates(a);
    addPolicies(a, A);
    addStates(b);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'ipsec.policy',
      facts: { namespace: 'a', counter: 'InTmplMismatch' },
      of: 'answer',
    });
  });
});

// Every kernel with IPsec policies can do this.
test('a policy that blocks', async ({ lab, skip }) => {
  const { a, b } = build(lab);
  const { exitCode } = await b.exec('ip', ['xfrm', 'policy'], { reject: false });
  if (exitCode !== 0) skip('needs CONFIG_XFRM_USER');
  b.xfrm.policy.add({ src: A, dst: B, dir: 'in', action: 'block' });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'ipsec.policy',
    facts: { namespace: 'b', counter: 'InPolBlock' },
    lastSeen: 'b/eth0',
  });
});
