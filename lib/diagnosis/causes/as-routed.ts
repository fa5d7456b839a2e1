import { engineOf } from '../../lab/engines/engine.ts';
import type { CapturedFrame } from '../../lab/index.ts';
import { mayChangeAtIngress } from '../../trace/device-hooks.ts';
import type { TracedPacket } from '../../trace/rules/follow-packets.ts';
import { mayTranslate } from '../../trace/rules/translations.ts';
import { destinationOf } from '../../trace/translation.ts';
import { frameIdentity } from '../../wire/frame-identity.ts';
import { withDestination } from '../../wire/ip-packet.ts';

/** The bytes of a frame, and how long it was. */
export type Bytes = Pick<CapturedFrame, 'bytes' | 'originalLength'>;

/**
 * A packet that came to a host, with the destination that the host's routes are asked for: rules may have translated it before
 * (`NF_INET_PRE_ROUTING`), or a program or an action of traffic control at the device.
 *
 * @param packets what packet filters made of the packet, as the kernel tells
 * @returns undefined if the host has one, and nobody told what it did
 */
export function asRouted(
  { at, bytes, originalLength, identity }: CapturedFrame,
  packets: readonly TracedPacket[],
): Bytes | undefined {
  if (!engineOf(at.namespace.lab).isPristine && mayChangeAtIngress(at)) return undefined;
  if (!mayTranslate(at.namespace)) return { bytes, originalLength };
  const isIt = ({ namespace, seen }: TracedPacket) =>
    namespace === at.namespace && seen.some(({ frame }) => identity.startsWith(frameIdentity(frame)));
  const last = packets.find(isIt)?.seen.at(-1);
  const destination = last && destinationOf(last.frame);
  return destination === undefined ? undefined : { bytes: withDestination(bytes, destination), originalLength };
}
