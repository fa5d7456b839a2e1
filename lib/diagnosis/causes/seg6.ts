import { PACKET_HOST } from '../../kernel/constants.ts';
import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Hop, Interface, Lab } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import type { Encap } from '../../netlink/routing/lwtunnel.ts';
import { ipRoute } from '../../netlink/routing/route.ts';
import { Capture } from '../../trace/capture.ts';
import { hasAddress } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { pathOf, type Recognize } from '../../trace/probe-path.ts';
import { destinationOf } from '../../trace/translation.ts';
import { innerFrames, lastWithSegments } from '../../trace/wrapped.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { neighbourCause } from './neighbour.ts';
import { routeFor } from './route.ts';
import type { Known } from './router.ts';
import type { FollowOuter } from './tunnel.ts';

/** Why a packet that was wrapped into segments (RFC 8754) came no further. */
export function segmentsCause(
  lab: Lab,
  { recognize, since }: Known & { recognize: Recognize },
  follow: FollowOuter,
): CauseAt | undefined {
  const outer = lastWithSegments(lab, recognize, since);
  const path = outer && pathOf(Capture.of(lab).since(since), outer);
  const segment = outer && destinationOf(outer.bytes);
  if (!path || segment === undefined) return undefined;
  const end = hopsOf(path).find(({ frame: { at, direction, packetType } }) => {
    return direction === 'in' && packetType === PACKET_HOST && hasAddress(at.namespace, segment);
  });
  const taker = end ? undefined : takerOf(path, segment);
  if (taker) {
    const cause = actionCause(taker, { packet: withoutVlanTags(outer.bytes), since, recognize });
    return cause && { hop: taker.hop, cause };
  }
  const cause = end ? disabledCause(end.frame.at) : follow(path, segment);
  const last = end ?? hopsOf(path).findLast(({ next }) => next.length === 0);
  return cause && { hop: last ?? path, cause };
}

/** The router that got the packet and does what its route says with packets for the segment (`seg6_local_input`). */
function takerOf(path: Hop, segment: string): Taker | undefined {
  for (const hop of hopsOf(path)) {
    const { at, direction, packetType } = hop.frame;
    if (direction !== 'in' || packetType !== PACKET_HOST) continue;
    const encap = routeFor(at.namespace, segment).route?.nextHops[0]?.encap;
    if (encap?.seg6local) return { hop, segment, local: encap.seg6local };
  }
  return undefined;
}

interface Taker {
  hop: Hop;
  segment: string;
  local: NonNullable<Encap['seg6local']>;
}

/** Why a packet went no further than such a router. */
function actionCause(
  { hop, segment, local }: Taker,
  { packet, since, recognize }: { packet: Buffer; since: bigint; recognize: Recognize },
): Cause | undefined {
  const { namespace } = hop.frame.at;
  const { action, nh6, table, vrftable } = local;
  const left = ipPacketOf(packet)?.payload[SEGMENTS_LEFT];
  if (NEED_ANOTHER.includes(action) && left === 0)
    return { code: 'seg6.last-segment', facts: { namespace: namespace.name, segment, action } };
  const inner = innerFrames(packet).find((each) => recognize(each) === 'probe');
  const to = inner && destinationOf(inner);
  if (to === undefined) return undefined;
  if (action === 'End.DX6') return neighbourCause(namespace, nh6 === '::' || nh6 === undefined ? to : nh6, since);
  const number = table ?? vrftable;
  if (!action.startsWith('End.DT') || number === undefined) return undefined;
  const routes = engineOf(namespace).rtnetlink.list(ipRoute.all({ family: familyOf(to) ?? 6 }));
  const isThere = routes.some((route) => route.table === number && contains(route.to, to));
  return isThere ? undefined : { code: 'route.none', facts: { namespace: namespace.name, to, table: number } };
}

/** Of a segment routing header (RFC 8754). */
const SEGMENTS_LEFT = 3;

/** They drop a packet that has no segment left (`get_and_validate_srh`). */
const NEED_ANOTHER: readonly string[] = ['End', 'End.X', 'End.T'];

/** `ipv6_srh_rcv` */
function disabledCause(device: Interface): Cause | undefined {
  const names = ['net.ipv6.conf.all.seg6_enabled', `net/ipv6/conf/${device.name}/seg6_enabled`];
  const values = readSysctls(engineOf(device.namespace).netns, names);
  const sysctl = names.find((name) => values.get(name) === '0');
  return sysctl === undefined ? undefined : { code: 'seg6.disabled', facts: { device: deviceName(device), sysctl } };
}
