import { contains, parsePrefix } from '../wire/ip-address.ts';
import type { Cause, DeviceName } from './cause.ts';

/** One of the peers of a WireGuard device. */
interface Peer {
  publicKey: string;
  presharedKey?: string;
  endpoint?: string;
  allowedIps: readonly string[];
}

/** A WireGuard device with its keys and peers. */
export interface WireguardEnd {
  name: DeviceName;
  publicKey: string | undefined;
  peers: readonly Peer[];
}

/** The peer that has an address: that of the longest of the allowed IPs that hold it (`wg_allowedips_lookup_dst`). */
export function peerWith({ peers }: WireguardEnd, address: string): Peer | undefined {
  const lengthOf = ({ allowedIps }: Peer) =>
    Math.max(
      ...allowedIps.flatMap((text) => {
        const prefix = parsePrefix(text);
        return prefix && contains(prefix, address) ? prefix.length : [];
      }),
    );
  const [peer] = peers.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  return peer && lengthOf(peer) >= 0 ? peer : undefined;
}

/**
 * Why the device at a peer's endpoint does not take a packet: the handshake fails (`wg_noise_handshake_consume_initiation`), or the
 * packet's source is none of those that the sender may use (`wg_packet_consume_data_done`).
 *
 * @param source of the packet inside
 */
export function whyRefused(
  sender: WireguardEnd,
  peer: Peer,
  receiver: WireguardEnd,
  source: string,
): Cause | undefined {
  const names = { device: receiver.name, sender: sender.name };
  if (receiver.publicKey !== peer.publicKey) return { code: 'wireguard.other-key', facts: names };
  const own = receiver.peers.find(({ publicKey }) => publicKey === sender.publicKey);
  if (!own) return { code: 'wireguard.unknown-peer', facts: names };
  if (own.presharedKey !== peer.presharedKey) return { code: 'wireguard.preshared-key', facts: names };
  if (peerWith(receiver, source) === own) return undefined;
  return { code: 'wireguard.not-allowed', facts: { ...names, source, allowedIps: own.allowedIps } };
}
