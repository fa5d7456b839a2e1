import { readFileSync } from 'node:fs';
import { hasCode } from '../../base/has-code.ts';
import { ResourceStack } from '../../base/resource-stack.ts';
import { u32 } from '../bytes.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { BpfMap, TracepointProgram } from './bpf.ts';
import { Btf } from './btf.ts';
import { dropProgram, EVENT, UnknownLayout, WANTED } from './drop-program.ts';

/** A packet that the kernel dropped, in its own words. */
export interface PacketDrop {
  /** Where in the kernel it was freed: {@link kernelSymbol} knows the function. */
  location: bigint;
  /** `SKB_DROP_REASON_…`. */
  reason: string;
  /** The inode of the namespace that it was in. */
  namespace: number;
  /** ifindex of its device; 0 before it was given to one. */
  ifindex: number;
  /** From its network header on, as far as it was kept. */
  packet: Buffer;
}

/** Drops between two looks, at most: what comes then is not noted. */
const MOST_EVENTS = 1024;

/** What this kernel's structures are like, and its reasons by their numbers. */
let known: { btf: Btf; reasons: Map<number, string> } | undefined;
let refused: string | undefined;

/**
 * Notes the packets that the kernel drops in some namespaces, by a small BPF program at its tracepoint `skb:kfree_skb`. It
 * takes root. It is there only for an explanation, and with its descriptors it goes, whatever ends the process.
 */
export class PacketDrops implements Disposable {
  readonly #queue: BpfMap;
  readonly #resources: ResourceStack;

  private constructor(namespaces: readonly NetNamespace[]) {
    known ??= readBtf();
    using resources = new ResourceStack();
    this.#queue = resources.use(new BpfMap('queue', { keySize: 0, valueSize: EVENT.length, most: MOST_EVENTS }));
    const wanted = resources.use(new BpfMap('hash', { keySize: 4, valueSize: 4, most: namespaces.length }));
    for (const { inode } of namespaces) wanted.set(u32(inode), u32(1));
    resources.use(new TracepointProgram('kfree_skb', dropProgram(known.btf, this.#queue.fd, wanted.fd)));
    this.#resources = resources.move();
  }

  /**
   * Undefined where the kernel does not let this process do so, or gives no reasons (before 5.17).
   *
   * @throws KernelError for what may be otherwise the next time
   */
  static start(namespaces: readonly NetNamespace[]): PacketDrops | undefined {
    if (refused !== undefined || namespaces.length === 0) return undefined;
    try {
      return new PacketDrops(namespaces);
    } catch (error) {
      // Without root, or under lockdown; without BTF, or a member of a structure; without such a tracepoint, or BPF at all.
      const isForEver =
        error instanceof UnknownLayout || hasCode(error, 'EPERM', 'EACCES', 'ENOENT', 'EINVAL', 'ENOSYS');
      if (!isForEver) throw error;
      refused = error.message;
      return undefined;
    }
  }

  /** What was dropped since. */
  take(): PacketDrop[] {
    const drops: PacketDrop[] = [];
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) drops.push(decode(event));
    return drops;
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }
}

/** The reasons that this kernel gives; none where it may not be asked, and why. */
export function dropReasons(): { reasons: ReadonlySet<string>; refused: string | undefined } {
  return { reasons: new Set(known?.reasons.values()), refused };
}

function readBtf(): { btf: Btf; reasons: Map<number, string> } {
  const btf = new Btf(readFileSync('/sys/kernel/btf/vmlinux'), WANTED);
  return { btf, reasons: btf.names('skb_drop_reason') };
}

function decode(event: Buffer): PacketDrop {
  // Those of subsystems have their number above (`SKB_DROP_REASON_SUBSYS_MASK`).
  const reason = event.readUInt32LE(EVENT.reason);
  return {
    location: event.readBigUInt64LE(EVENT.location),
    reason: known?.reasons.get(reason) ?? `0x${reason.toString(16)}`,
    namespace: event.readUInt32LE(EVENT.namespace),
    ifindex: event.readUInt32LE(EVENT.ifindex),
    packet: event.subarray(EVENT.packet),
  };
}
