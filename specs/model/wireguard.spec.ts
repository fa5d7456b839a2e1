import { expect, test } from 'vitest';
import { peerWith, type WireguardEnd, whyRefused } from '../../lib/model/wireguard.ts';

// The kernel is the referee of specs/diagnosis/wireguard.spec.ts, where it has WireGuard.
const B = { publicKey: 'B', allowedIps: ['10.7.0.2/32'] };
const a: WireguardEnd = { name: 'a/wg0', publicKey: 'A', peers: [B] };
const endWith = (peer: object, publicKey = 'B'): WireguardEnd => ({
  ...{ name: 'b/wg0', publicKey },
  peers: [{ publicKey: 'A', allowedIps: ['10.7.0.1/32'], ...peer }],
});

test.for<[b: WireguardEnd, code: string | undefined]>([
  [endWith({}), undefined],
  [endWith({}, 'C'), 'wireguard.other-key'],
  [endWith({ publicKey: 'C' }), 'wireguard.unknown-peer'],
  [endWith({ presharedKey: 'P' }), 'wireguard.preshared-key'],
  [endWith({ allowedIps: [] }), 'wireguard.not-allowed'],
  [endWith({ allowedIps: ['10.9.0.0/16', 'fd00::/8'] }), 'wireguard.not-allowed'],
  [endWith({ allowedIps: ['0.0.0.0/0'] }), undefined],
])('what comes to %o is refused for %s', ([b, code]) => {
  expect(whyRefused(a, B, b, '10.7.0.1')?.code).toBe(code);
});

test('the longest of the networks counts (wg_allowedips_lookup_dst)', () => {
  const [all, one] = [
    { publicKey: 'C', allowedIps: ['0.0.0.0/0'] },
    { publicKey: 'D', allowedIps: ['10.0.0.0/8', '10.7.0.0/24'] },
  ];
  const end: WireguardEnd = { name: 'a/wg0', publicKey: 'A', peers: [all, one] };
  expect([peerWith(end, '10.7.0.9'), peerWith(end, '192.0.2.1'), peerWith(end, 'fd00::1')]).toEqual([
    ...[one, all, undefined],
  ]);
});
