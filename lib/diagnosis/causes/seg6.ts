import { PACKET_HOST } from '../../kernel/constants.ts';
import { readSysctls } from '../../kernel/sysctl.ts';
import { engineOf } from '../../lab/engine.ts';
import type { Interface, Lab } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { Capture } from '../../trace/capture.ts';
import { hasAddress } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { pathOf, type Recognize } from '../../trace/probe-path.ts';
import { destinationOf } from '../../trace/translation.ts';
import { lastWithSegments } from '../../trace/wrapped.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
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
  const cause = end ? disabledCause(end.frame.at) : follow(path, segment);
  const last = end ?? hopsOf(path).findLast(({ next }) => next.length === 0);
  return cause && { hop: last ?? path, cause };
}

/** `ipv6_srh_rcv` */
function disabledCause(device: Interface): Cause | undefined {
  const names = ['net.ipv6.conf.all.seg6_enabled', `net/ipv6/conf/${device.name}/seg6_enabled`];
  const values = readSysctls(engineOf(device.namespace).netns, names);
  const sysctl = names.find((name) => values.get(name) === '0');
  return sysctl === undefined ? undefined : { code: 'seg6.disabled', facts: { device: deviceName(device), sysctl } };
}
