import { PACKET_OTHERHOST } from '../../kernel/constants.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { CapturedFrame, Interface, Namespace } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { readFrame } from '../../model/frame.ts';
import { sentToItself } from '../../model/neighbour.ts';
import { ipNeighbour, type Neighbour } from '../../netlink/routing/neighbour.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';
import { modelled } from './by-model.ts';
import { isSlave, ringCause } from './hsr.ts';
import { routeFor } from './route.ts';

/** Why a host's IP did not take a frame that came to it: it is for another's MAC address (`ip_rcv_core`, `ip6_rcv_core`). */
export function otherHostCause(frame: CapturedFrame): Cause | undefined {
  const { at, bytes, packetType } = frame;
  // What is for a child of a parent's is for another, too.
  if (packetType !== PACKET_OTHERHOST || at.children.size > 0) return undefined;
  if (isSlave(at)) return ringCause(frame);
  const { destination = '' } = decodeEthernet(bytes) ?? {};
  const [sent, network] = [readFrame(bytes), modelled(at)?.network];
  const withoutArp = sent && network && sentToItself(network, sent);
  if (withoutArp) return withoutArp;
  if (destination === at.mac) return ofPort(at);
  const { namespace, nextHop: address, entry, knows } = senderOf(frame) ?? {};
  // The sender wrote another address into the frame. Something on the way changed it: a rule, a filter of tc, netem.
  if (!entry && knows) return undefined;
  const known =
    namespace && address !== undefined && entry
      ? { entry: { namespace: namespace.name, address, isPermanent: isPermanent(entry) } }
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
  /** The entry of its neighbour table for that, if it has the MAC address of the frame. */
  entry: Neighbour | undefined;
  /** Whether its neighbour table has a MAC address for that. */
  knows: boolean;
}

/** A `NOARP` entry stays as well. */
export function isPermanent({ state }: Neighbour): boolean {
  return state === 'PERMANENT' || state === 'NOARP';
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
  const entries = engineOf(namespace)
    .rtnetlink.list(ipNeighbour.all())
    .filter(({ to, lladdr }) => to === nextHop && lladdr !== undefined);
  const entry = entries.find(({ lladdr }) => lladdr === frame.destination);
  const knows = entries.some(({ device }) => device === route.device);
  return { namespace, nextHop, entry, knows };
}
