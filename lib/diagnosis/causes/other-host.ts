import { PACKET_OTHERHOST } from '../../kernel/constants.ts';
import type { CapturedFrame, Interface, Namespace } from '../../lab/index.ts';
import { listNeighbours } from '../../lab/list-neighbours.ts';
import type { Cause } from '../../model/cause.ts';
import { readFrame } from '../../model/frame.ts';
import { sentToItself } from '../../model/neighbour.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';
import { modelled } from './by-model.ts';
import { routeFor } from './route.ts';

/** Why a host's IP did not take a frame that came to it: it is for another's MAC address (`ip_rcv_core`, `ip6_rcv_core`). */
export function otherHostCause(frame: CapturedFrame): Cause | undefined {
  const { at, bytes, packetType } = frame;
  // What is for a child of a parent's is for another, too.
  if (packetType !== PACKET_OTHERHOST || at.children.size > 0) return undefined;
  const { destination = '' } = decodeEthernet(bytes) ?? {};
  const [sent, network] = [readFrame(bytes), modelled(at)?.network];
  const withoutArp = sent && network && sentToItself(network, sent);
  if (withoutArp) return withoutArp;
  if (destination === at.mac) return ofPort(at);
  const { namespace, nextHop: address, entry } = senderOf(frame) ?? {};
  const known =
    namespace && address !== undefined && entry
      ? { entry: { namespace: namespace.name, address, isPermanent: entry.state === 'PERMANENT' } }
      : {};
  return { code: 'neighbour.old-mac', facts: { device: deviceName(at), mac: at.mac, destination, ...known } };
}

/** The kernel decides by the MAC address of the port (`eth_type_trans`), before the frame is its master's (`team_handle_frame`). */
function ofPort(at: Interface): Cause | undefined {
  const port = at.namespace.interfaces.find(({ master, mac }) => master === at && mac !== at.mac);
  const facts = port && { device: deviceName(at), mac: at.mac, port: deviceName(port), portMac: port.mac };
  return facts && { code: 'neighbour.port-mac', facts };
}

/** Who put a packet on the wire, with whose MAC address: the last router before, or the source. */
interface Sender {
  namespace: Namespace;
  /** The address that its routes name: the goal's own, or a router's. */
  nextHop: string;
  /** What its neighbour table has of that. */
  entry: { state: string; lladdr?: string | undefined } | undefined;
}

/** The sender of a packet on its last link; undefined where its routes, or who it is, are not known. */
export function senderOf({ at, bytes }: CapturedFrame): Sender | undefined {
  const frame = decodeEthernet(withoutVlanTags(bytes));
  const packet = packetBehindTags(bytes);
  if (!frame || !packet) return undefined;
  const namespace = at.namespace.lab.namespaces.find(({ interfaces }) =>
    interfaces.some(({ mac, isPort }) => mac === frame.source && !isPort),
  );
  const route = namespace && routeFor(namespace, packet.destination).route;
  if (!namespace || !route) return undefined;
  const nextHop = route.via ?? packet.destination;
  const entry = listNeighbours(namespace).find(({ lladdr, to }) => lladdr === frame.destination && to === nextHop);
  return { namespace, nextHop, entry };
}
