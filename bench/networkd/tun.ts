import type { Interface } from '../../lib/lab/index.ts';
import type { TapQueue } from '../../lib/lab/tap-queue.ts';

/** What a VPN does: what the one sends, the other receives. */
export function carryBetween(a: Interface, b: Interface): void {
  const [near, far] = [a, b].map((each) => (each as Interface & { open(): TapQueue }).open());
  // The end of the lab ends both, in the middle of whatever they do.
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const)
    carry(from as TapQueue, to as TapQueue).catch(() => {});
}

async function carry(from: TapQueue, to: TapQueue): Promise<void> {
  for await (const frame of from) to.write(frame);
}
