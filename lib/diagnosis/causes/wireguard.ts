import { engineOf } from '../../lab/engines/engine.ts';
import { type Hop, type Interface, isLink } from '../../lab/index.ts';
import { wireguard } from '../../links/wireguard.ts';
import type { Cause } from '../../model/cause.ts';
import { peerWith, type WireguardEnd, whyRefused } from '../../model/wireguard.ts';
import { parseEndpoint } from '../../netlink/generic/wireguard.ts';
import { holdersOf } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { filteringIn } from '../../trace/rules/rule-traces.ts';
import { type IpPacket, ipPacketOf } from '../../wire/ip-packet.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { lostAddress } from './address.ts';
import { downCause } from './link.ts';

/** Why a WireGuard device has no peer to send to (`wg_xmit`). */
export function withoutPeer(device: Interface, address: string): Cause | undefined {
  if (!isLink(device, wireguard)) return undefined;
  const peer = peerWith(endOf(device), address);
  const facts = { device: deviceName(device), address };
  if (!peer) return { code: 'wireguard.no-peer', facts };
  return peer.endpoint === undefined ? { code: 'wireguard.no-endpoint', facts } : undefined;
}

/** Why a packet that a WireGuard device sent did not come out at its peer. */
export function lostInWireguard(path: Hop): CauseAt | undefined {
  const hop = hopsOf(path).find(({ frame, next }) => {
    return frame.direction === 'out' && next.length === 0 && isLink(frame.at, wireguard);
  });
  const packet = hop && ipPacketOf(hop.frame.bytes);
  const cause = packet && causeBehind(hop.frame.at, packet);
  return cause && { hop, cause };
}

function causeBehind(device: Interface, { source, destination }: IpPacket): Cause | undefined {
  if (!isLink(device, wireguard)) return undefined;
  const { lab } = device.namespace;
  const own = endOf(device);
  const peer = peerWith(own, destination);
  if (peer?.endpoint === undefined) return withoutPeer(device, destination);
  const { address, port } = parseEndpoint(peer.endpoint);
  const [holder, another] = holdersOf(lab, address);
  // A packet filter may translate the outer packets.
  if (another || filteringIn(lab).length > 0) return undefined;
  if (!holder) return engineOf(lab).hasUplink ? undefined : lostAddress(lab, address);
  const all = lab.namespaces.flatMap(({ interfaces }) => interfaces).filter((each) => isLink(each, wireguard));
  const here = all.filter(({ namespace }) => namespace === holder.namespace);
  const [end, other] = here.filter(({ listenPort }) => listenPort === port);
  // A device that was moved listens where it was made (wg_newlink).
  if (!end && all.length > here.length + 1) return undefined;
  const facts = { device: deviceName(device), endpoint: peer.endpoint, namespace: holder.namespace.name };
  if (!end) return { code: 'wireguard.no-listener', facts };
  return other ? undefined : (downCause(end) ?? whyRefused(own, peer, endOf(end), source));
}

function endOf(device: Interface): WireguardEnd {
  const { publicKey, peers = [] } = device.settings as Partial<WireguardEnd>;
  return { name: deviceName(device), publicKey, peers };
}
