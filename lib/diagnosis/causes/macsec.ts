import { unlessCode } from '../../base/has-code.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import { type Hop, Interface, isLink, type Namespace } from '../../lab/index.ts';
import { macsec } from '../../links/macsec.ts';
import type { Cause } from '../../model/cause.ts';
import { type MacsecEnd, whyRefused, withoutKey } from '../../model/macsec.ts';
import { genericId } from '../../netlink/generic/generic.ts';
import { allMacsecs } from '../../netlink/generic/macsec.ts';
import { isSent } from '../../trace/answer-ways.ts';
import { Capture } from '../../trace/capture.ts';
import { hopsOf } from '../../trace/path.ts';
import { pathOf } from '../../trace/probe-path.ts';
import { macsecTagOf } from '../../wire/macsec-tag.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { downCause } from './link.ts';

/** What kept a frame, whose way is known, from a device. */
type Follow = (path: Hop, to: Interface) => Cause | undefined;

/** Why a frame that a MACsec device sent did not come out at the other end. */
export function lostInMacsec(path: Hop, to: Interface | Namespace, follow: Follow): CauseAt | undefined {
  const hop = hopsOf(path).find(({ frame, next }) => {
    return frame.direction === 'out' && next.length === 0 && isLink(frame.at, macsec);
  });
  if (!hop) return lostUntagged(path, to);
  const cause = causeBehind(hop, to, follow);
  return cause && { hop, cause };
}

/** A frame without a tag, at the device below a MACsec device that it was for (`handle_not_macsec`). */
function lostUntagged(path: Hop, to: Interface | Namespace): CauseAt | undefined {
  if (!(to instanceof Interface) || !isLink(to, macsec) || (to.settings.validate ?? 'strict') !== 'strict')
    return undefined;
  const hop = hopsOf(path).find(({ frame: { at, direction } }) => direction === 'in' && at === to.parent);
  if (!hop || macsecTagOf(hop.frame.bytes)) return undefined;
  return { hop, cause: { code: 'macsec.untagged', facts: { device: deviceName(to) } } };
}

function causeBehind(
  { frame: { at, nanoseconds } }: Hop,
  to: Interface | Namespace,
  follow: Follow,
): Cause | undefined {
  const sender = endOf(at);
  const unsent = sender && withoutKey(sender);
  if (!sender || unsent) return unsent;
  const frames = Capture.of(at.namespace.lab).since(nanoseconds);
  // What is encrypted nobody can recognize, but the device sends it on at once (macsec_start_xmit).
  const sent = frames.find((frame) => frame.at === at.parent && isSent(frame) && macsecTagOf(frame.bytes));
  const tag = sent && macsecTagOf(sent.bytes);
  const way = sent && pathOf(frames, sent);
  if (!tag || !way) return undefined;
  const host = to instanceof Interface ? to.namespace : to;
  const arrivals = hopsOf(way).flatMap(({ frame }) => (frame.direction === 'in' ? [frame.at] : []));
  const ends = arrivals.flatMap((device) => [...device.children].filter((child) => isLink(child, macsec)));
  const end = ends.find((each) => each === to) ?? ends.find(({ namespace }) => namespace === host);
  const receiver = end && endOf(end);
  if (end && receiver) return downCause(end) ?? whyRefused(sender, receiver, tag);
  const lower = to instanceof Interface && isLink(to, macsec) ? to.parent : undefined;
  if (lower instanceof Interface) return follow(way, lower);
  const bare = arrivals.find(({ namespace, isPort, children }) => namespace === host && !isPort && children.size === 0);
  return bare && { code: 'macsec.no-device', facts: { device: deviceName(bare), sender: sender.name } };
}

function endOf(device: Interface): MacsecEnd | undefined {
  if (!isLink(device, macsec)) return undefined;
  const { generic } = engineOf(device.namespace);
  const list = () => generic.list(allMacsecs(genericId(generic, 'macsec')));
  const state = unlessCode(['ENOENT'], list, []).find(({ index }) => index === device.index);
  return state && { name: deviceName(device), settings: device.settings, state };
}
