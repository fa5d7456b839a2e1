import { expect, type Interface } from 'hairpin';
import { tapTime } from '../../lib/kernel/taps/tap-clock.ts';
import { Capture } from '../../lib/trace/capture.ts';
import { ipPacketOf } from '../../lib/wire/ip-packet.ts';

/** A device that a packet, or what it is answered by, passes the queue of. */
interface Queue {
  /** Where the packet comes in before it gets to the queue. */
  before: Interface;
  /** The device that has the queue (`tc qdisc`). */
  at: Interface;
  /** IP's number of the packets' protocol. */
  protocol: number;
}

/** So long is a negative held where no queue keeps frames back, in nanoseconds. */
const USUAL_HOLD = 100_000_000n;

/** A machine that is busy may take so long to send that the tokens are there before the frame. */
const MOST_TRIES = 20;

/**
 * Runs a try with a token bucket (tc-tbf(8)) at a device, until the bucket has kept the last packet of the try back for
 * longer than a negative is usually held.
 *
 * @param bucket its `rate` and `burst`, in the words of tc
 */
export async function keptBack(
  { before, at, protocol }: Queue,
  bucket: string,
  attempt: () => Promise<void>,
): Promise<void> {
  const { namespace } = at;
  const tc = (words: string) => namespace.exec('tc', `qdisc ${words}`.replace('DEV', `dev ${at.name}`).split(' '));
  const keptFor = async () => {
    await tc(`add DEV root tbf ${bucket} latency 60s`);
    const since = tapTime();
    await attempt();
    const frames = Capture.of(namespace.lab)
      .since(since)
      .filter(({ bytes }) => ipPacketOf(bytes)?.protocol === protocol);
    // What is in the queue goes with it.
    await tc('delete DEV root');
    const came = frames.filter((frame) => frame.at === before && frame.direction === 'in');
    const left = frames.filter((frame) => frame.at === at && frame.direction === 'out');
    // First come, first served.
    const [then, last] = [came[left.length - 1], left.at(-1)];
    return then && last ? last.nanoseconds - then.nanoseconds : 0n;
  };
  for (let tries = 0; tries < MOST_TRIES; tries++) if ((await keptFor()) > USUAL_HOLD) return;
  expect.fail(`in ${MOST_TRIES} tries ${at} never kept a packet back for so long`);
}
