import { unlessError } from '../base/has-code.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { Interface } from '../lab/index.ts';
import { Capture } from '../trace/capture.ts';
import { buildPath } from '../trace/path.ts';
import type { TracedPacket } from '../trace/rules/follow-packets.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { atOneMoment } from './causes/by-model.ts';
import { explainFrame } from './explain-frame.ts';
import type { Way } from './way.ts';

/**
 * The way of one frame that hairpin made and sent; undefined where the taps did not see it.
 *
 * @param to where it was to come and did not; undefined when it did
 * @param joined whether the listener there had joined the frame's group
 * @param packets what packet filters made of it, as the kernel tells
 */
export function frameWay(
  from: Interface,
  frame: Buffer,
  to?: Interface,
  { joined = true, packets = [] }: { joined?: boolean; packets?: readonly TracedPacket[] } = {},
): Way | undefined {
  const identity = frameIdentity(frame);
  const sightings = Capture.of(from.namespace.lab)
    .frames()
    .filter((each) => each.identity === identity);
  const path = buildPath(sightings, from);
  if (!path) return undefined;
  // A device that other software deletes meanwhile cannot be asked for its settings.
  const lost = to && unlessError(KernelError, () => atOneMoment(() => explainFrame(path, to, { joined, packets })));
  return { of: 'the frame', frame: describeFrame(frame), path, lost };
}
