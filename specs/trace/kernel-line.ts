import type { TestContext } from 'vitest';
import { dropReasons, PacketDrops } from '../../lib/kernel/drops/packet-drops.ts';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { wholeFailureOf } from '../matchers/failure-of.ts';

/** What a failure says that the kernel says; undefined for nothing. */
export async function kernelLineOf(assertion: PromiseLike<unknown>): Promise<string | undefined> {
  return /^Kernel: +(.*)$/m.exec(await wholeFailureOf(assertion))?.[1];
}

/** The first of some tries that says anything: on a machine that is busy with others, the kernel may have too much to say. */
export async function firstKernelLineOf(ask: () => PromiseLike<unknown>): Promise<string | undefined> {
  for (let tries = 0; tries < 10; tries++) {
    const line = await kernelLineOf(ask());
    if (line !== undefined) return line;
  }
  return undefined;
}

/** Skips where the kernel may not be asked, or has no such reason yet: it is found out by trying. */
export function needReasons(skip: TestContext['skip'], ...reasons: string[]): void {
  using drops = PacketDrops.start([NetNamespace.home()]);
  if (!drops) skip(`needs BPF, as root: ${dropReasons().refused}`);
  for (const reason of reasons) if (!dropReasons().reasons.has(reason)) skip(`needs ${reason}`);
}
