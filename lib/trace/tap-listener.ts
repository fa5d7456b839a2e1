import { tapTime } from '../kernel/taps/tap-clock.ts';
import type { Interface } from '../lab/index.ts';
import type { FrameListener } from '../probes/frame-listener.ts';
import type { TestFrame } from '../probes/test-frame.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { vlanTagsOf } from '../wire/vlan-tag.ts';
import { Capture } from './capture.ts';

/** Counts the frames that come in at a device, as `tcpdump -p -Q in` sees them, whoever gets them then. */
export class TapListener implements FrameListener {
  /** Nobody listens for datagrams. */
  readonly port = 9;
  readonly #device: Interface;
  readonly #capture: Capture;
  readonly #vlans: readonly number[] | undefined;
  readonly #since = tapTime();

  /** @param vlans the ids of the tags that a frame must have, the outermost first; without them it may have any */
  constructor(device: Interface, vlans?: readonly number[]) {
    this.#device = device;
    this.#vlans = vlans;
    this.#capture = Capture.of(device.namespace.lab);
  }

  copies({ bytes }: TestFrame): number {
    const identity = frameIdentity(bytes);
    return this.#capture
      .since(this.#since)
      .filter(
        (frame) =>
          frame.at === this.#device &&
          frame.direction === 'in' &&
          frame.identity === identity &&
          (this.#vlans === undefined || String(vlanTagsOf(frame.bytes).map(({ id }) => id)) === String(this.#vlans)),
      ).length;
  }

  async wait(milliseconds: number): Promise<void> {
    await this.#capture.hear(milliseconds);
  }

  missed(): string | undefined {
    const { namespace } = this.#device;
    return this.#capture.isWhole(namespace, this.#since) ? undefined : `the tap of ${namespace} missed frames`;
  }

  [Symbol.dispose](): void {}
}
