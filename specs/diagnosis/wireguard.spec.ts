import { randomBytes } from 'node:crypto';
import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };
const NAMES = { device: 'b/wireguard0', sender: 'a/wireguard0' };
const newKey = () => randomBytes(32).toString('base64');

interface Peers {
  ofA?: object;
  ofB?: object;
}

/** a ─ wireguard0 (10.7.0.1) ┄ a/eth0 ── eth0/b ┄ wireguard0 (10.7.0.2) ─ b */
function build(lab: Lab, { ofA = {}, ofB = {} }: Peers) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  const [left, right] = [
    a.link('wireguard', { privateKey: newKey(), listenPort: 51820, address: '10.7.0.1/24' }),
    b.link('wireguard', { privateKey: newKey(), listenPort: 51820, address: '10.7.0.2/24' }),
  ];
  const toB = { publicKey: right.publicKey as string, endpoint: '192.0.2.2:51820', allowedIps: ['10.7.0.2/32'] };
  left.set({ peers: [{ ...toB, ...ofA }] });
  right.set({ peers: [{ publicKey: left.publicKey as string, allowedIps: ['10.7.0.1/32'], ...ofB }] });
  return { a, right };
}

describeNeeding(['wireguard'], () => {
  test.for<[code: string, Peers, facts: object]>([
    ['wireguard.no-peer', { ofA: { allowedIps: ['10.8.0.2/32'] } }, { device: 'a/wireguard0', address: '10.7.0.2' }],
    ['wireguard.no-endpoint', { ofA: { endpoint: undefined } }, { device: 'a/wireguard0', address: '10.7.0.2' }],
    [
      'wireguard.no-listener',
      { ofA: { endpoint: '192.0.2.2:51821' } },
      { endpoint: '192.0.2.2:51821', namespace: 'b' },
    ],
    ['address.none', { ofA: { endpoint: '192.0.2.9:51820' } }, { address: '192.0.2.9' }],
    ['wireguard.other-key', { ofA: { publicKey: newKey() } }, NAMES],
    ['wireguard.unknown-peer', { ofB: { publicKey: newKey() } }, NAMES],
    ['wireguard.preshared-key', { ofA: { presharedKey: newKey() } }, NAMES],
    ['wireguard.not-allowed', { ofB: { allowedIps: ['10.9.0.1/32'] } }, { ...NAMES, source: '10.7.0.1' }],
  ])('%s', async ([code, peers, facts], { lab }) => {
    const { a, right } = build(lab, peers);
    expect(await diagnosed(expect(a).toReach(right, SHORT))).toMatchObject({ code, facts });
  });

  test('a peer that is down', async ({ lab }) => {
    const { a, right } = build(lab, {});
    await expect(a).toReach(right);
    right.set({ up: false });
    expect(await diagnosed(expect(a).toReach('10.7.0.2', SHORT))).toMatchObject({ code: 'link.down' });
  });
});
