import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Bridge, Hop } from '../../lab/index.ts';
import { listNeighbours } from '../../lab/tables/list-neighbours.ts';
import { bridge as bridgeKind } from '../../links/bridge.ts';
import { hopsOf } from '../../trace/path.ts';
import type { TracedPacket } from '../../trace/rules/follow-packets.ts';
import { destinationOf } from '../../trace/translation.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import { macToBytes } from '../../wire/mac-address.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { asRouted } from './as-routed.ts';
import { modelled, predictionAt } from './by-model.ts';
import { routeFor } from './route.ts';

/**
 * With br_netfilter a packet that a rule translates to a host behind the same bridge is bridged on, not routed
 * (`br_nf_pre_routing_finish`). To a host behind the port that the packet came in by, it goes only with hairpin.
 *
 * @param packets what packet filters made of the packet, as the kernel tells
 */
export function bridgedBack(path: Hop, packets: readonly TracedPacket[]): CauseAt | undefined {
  const [hop, another] = hopsOf(path).filter(({ next }) => next.length === 0);
  if (!hop || another || hop.again || hop.frame.direction !== 'in') return undefined;
  const { frame } = hop;
  const { namespace, bridge } = frame.at;
  const routed = bridge && asRouted(frame, packets);
  const to = routed && destinationOf(routed.bytes);
  const packet = packetBehindTags(frame.bytes);
  if (!bridge || !routed || !packet || to === undefined || to === packet.destination) return undefined;
  const [{ route }, back] = [routeFor(namespace, to), routeFor(namespace, packet.source)];
  // A sender that is not behind the bridge may be the reason (rp_filter).
  const isBehind = route?.device === bridge.index && back.route?.device === bridge.index;
  if (!isBehind || !handsToIp(bridge, to)) return undefined;
  const next = route.via ?? to;
  const lladdr = listNeighbours(namespace).find((each) => each.to === next && each.device === bridge.index)?.lladdr;
  if (lladdr === undefined) return undefined;
  // br_nf_pre_routing_finish_bridge
  const bytes = Buffer.concat([macToBytes(lladdr), routed.bytes.subarray(6)]);
  const prediction = predictionAt(frame, { ...routed, bytes });
  const isOff = prediction?.drops.some(({ cause }) => cause.code === 'bridge.hairpin-off');
  if (!isOff || prediction?.next.length !== 0) return undefined;
  const facts = { port: deviceName(frame.at), wouldHelp: true, translated: to };
  return { hop, cause: { code: 'bridge.hairpin-off', facts } };
}

/** Whether a bridge hands what it forwards to IP's hooks: the namespace says so, or the bridge itself. */
function handsToIp(bridge: Bridge, address: string): boolean {
  const [name, setting] =
    familyOf(address) === 6 ? (['ip6tables', 'nfCallIp6tables'] as const) : (['iptables', 'nfCallIptables'] as const);
  const sysctl = `net.bridge.bridge-nf-call-${name}`;
  if (readSysctls(engineOf(bridge.namespace).netns, [sysctl]).get(sysctl) === '1') return true;
  const known = modelled(bridge);
  return known !== undefined && bridgeKind.of(known.link)[setting] === true;
}
