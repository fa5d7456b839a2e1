import type { Interface } from '../lab/index.ts';
import type { Question } from '../probes/question.ts';
import { decodeArp } from '../wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../wire/ethernet.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { Capture } from './capture.ts';
import { ownerIn } from './obstacles/owner.ts';
import type { Recognize } from './probe-path.ts';

/** Who took a question in its target's place. */
export interface StandIn {
  /** Where the probe came in. */
  at: Interface;
  /** Whom the probe was for by then: the target's address, which another has too, or what a translation made of it. */
  address: string;
}

/**
 * Who answered, if it was not the target: two hosts with one address, or a packet filter that sends elsewhere. An answer
 * is only known to be another's where the taps saw that one get the probe, and the target answer nothing.
 *
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function standInOf({ from, to }: Question, recognize: Recognize, since: bigint): StandIn | undefined {
  const { namespace } = to;
  if (!namespace?.tap || namespace === from) return undefined;
  // Where no address was given twice, and nobody but hairpin has had a hand in it, there is nobody who could.
  if (from.lab.isOwnDoing && !from.lab.sharesAddresses) return undefined;
  const capture = Capture.of(from.lab);
  const isAnswer = ({ bytes, direction }: { bytes: Buffer; direction: 'in' | 'out' }) =>
    direction === 'out' && recognize(bytes) === 'answer';
  if (capture.sawAt(namespace, since, isAnswer)) return undefined;
  const losses = capture.losses.kernel;
  const frames = capture.frames().filter(({ nanoseconds }) => nanoseconds >= since);
  if (capture.losses.kernel > losses) return undefined;
  for (const { at, direction, bytes } of frames) {
    const isOther = at.namespace !== namespace && at.namespace !== from && direction === 'in';
    const address = isOther && recognize(bytes) === 'probe' ? destinationOf(bytes) : undefined;
    if (address !== undefined && ownerIn(at.namespace, address)) return { at, address };
  }
  return undefined;
}

/** In words, for behind an answer: `not of b: c has 10.0.0.2 too`. */
export function describeStandIn({ at, address }: StandIn, { to }: Question): string {
  const how = address === to.address ? `has ${address} too` : `got the probe, whose target had become ${address}`;
  return `not of ${to.namespace}: ${at.namespace} ${how}`;
}

/** What to do about it. */
export function standInHint({ at, address }: StandIn, { to }: Question): string {
  if (address !== to.address) return `a packet filter on the way translates ${to.address}: nft list ruleset`;
  return `give ${at.namespace} or ${to.namespace} another address; whoever has it may answer toReach('${address}')`;
}

function destinationOf(bytes: Buffer): string | undefined {
  const frame = decodeEthernet(withoutVlanTags(bytes));
  if (frame?.etherType === ETHERTYPE.arp) return decodeArp(frame.payload)?.targetIp;
  return ipPacketOf(withoutVlanTags(bytes))?.destination;
}
