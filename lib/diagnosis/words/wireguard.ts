import type { WordsOf } from './words.ts';

const DEVICES = { device: 'the WireGuard device that gets the packet', sender: 'the WireGuard device that sent it' };
const PAIR = { device: 'b/wg0', sender: 'a/wg0' } as const;

export const wireguardWords: WordsOf<'wireguard'> = {
  'wireguard.no-peer': {
    means: 'No peer of the WireGuard device has the destination among its `allowedIps` (`wg_xmit`, `ENOKEY`).',
    facts: { address: 'the destination' },
    example: { device: 'a/wg0', address: '10.7.0.2' },
    say: ({ device, address }) => ({
      text: `no peer of ${device} has ${address} among its allowedIps`,
      hint: `set({ peers: [{ …, allowedIps: ['${address}'] }] }) on ${device}`,
    }),
  },
  'wireguard.no-endpoint': {
    means:
      'The peer that has the destination has no `endpoint`, and has not been heard from yet, so nobody knows where it is (`wg_xmit`, `EDESTADDRREQ`).',
    facts: { address: 'the destination' },
    example: { device: 'a/wg0', address: '10.7.0.2' },
    say: ({ device, address }) => ({
      text: `the peer of ${device} for ${address} has no endpoint`,
      hint: `give the peer an endpoint on ${device}, or let the peer begin`,
    }),
  },
  'wireguard.no-listener': {
    means: 'No WireGuard device listens at the `endpoint` of the peer, which is an address and a `listenPort`.',
    facts: { device: 'the device that sent it', namespace: 'the host that has the address of the endpoint' },
    example: { device: 'a/wg0', endpoint: '192.0.2.2:51821', namespace: 'b' },
    say: ({ device, endpoint, namespace }) => ({
      text: `${device} sends to ${endpoint}, and no WireGuard device of ${namespace} listens at that port`,
      hint: `on ${namespace}: wg show all listen-port`,
    }),
  },
  'wireguard.other-key': {
    means:
      'The device at the endpoint has another key than the `publicKey` of the peer, so it cannot read the handshake (`wg_noise_handshake_consume_initiation`).',
    facts: DEVICES,
    example: PAIR,
    say: ({ device, sender }) => ({
      text: `${sender} has another publicKey for its peer than that of ${device}, which is at the endpoint`,
      hint: `compare: wg show ${sender.slice(sender.indexOf('/') + 1)} peers, and the public key of ${device}`,
    }),
  },
  'wireguard.unknown-peer': {
    means:
      'The device that gets the handshake has no peer with the public key of the sender (`wg_noise_handshake_consume_initiation`).',
    facts: DEVICES,
    example: PAIR,
    say: ({ device, sender }) => ({
      text: `${device} has no peer with the public key of ${sender}`,
      hint: `add one: set({ peers: [{ publicKey: …, allowedIps: … }] }) on ${device}`,
    }),
  },
  'wireguard.preshared-key': {
    means:
      'The two ends have different preshared keys, or one has none, so the handshake fails (`wg_noise_handshake_consume_response`).',
    facts: DEVICES,
    example: PAIR,
    say: ({ device, sender }) => ({
      text: `${sender} and ${device} have different preshared keys for each other`,
      hint: 'both ends need the same presharedKey, or none',
    }),
  },
  'wireguard.not-allowed': {
    means:
      'The packet was decrypted, and its source is not among the `allowedIps` of the peer that sent it (`wg_packet_consume_data_done`).',
    facts: { ...DEVICES, source: 'of the packet', allowedIps: 'of the peer that sent it' },
    example: { ...PAIR, source: '10.7.0.1', allowedIps: ['10.9.0.1/32'] },
    say: ({ device, sender, source, allowedIps }) => ({
      text: `${device} takes nothing from ${source} by ${sender}: that peer's allowedIps are ${allowedIps.join(', ') || 'none'}`,
      hint: `add '${source}' to the allowedIps of that peer on ${device}`,
    }),
  },
};
