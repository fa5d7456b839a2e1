import { checked } from '../checked.ts';
import { closeInBackground, getpagesize, ioctl } from '../libc.ts';
import { ResourceStack } from '../resource-stack.ts';
import { mapShared, type SharedMemory } from '../shared-memory.ts';
import { syscallPointer } from '../system-calls.ts';
import { unlessRefused } from './refusal.ts';

/** A record of a tracepoint, as `perf_event_open` gives it. */
export interface PerfRecord {
  /** Nanoseconds of CLOCK_MONOTONIC. */
  time: bigint;
  /** The thread that was interrupted or is asking, in this process's own numbers. */
  thread: number;
  cpu: number;
  /** The tracepoint's own fields. */
  raw: Buffer;
}

/**
 * Tracepoints of one CPU, whoever meets them, written into a ring from now on. A descriptor: when the process dies in
 * whatever way, the kernel switches them off.
 */
export class PerfRing implements Disposable {
  readonly #fds: readonly number[];
  readonly #ring: SharedMemory;

  readonly #resources: ResourceStack;

  private constructor(fds: number[], ring: SharedMemory, resources: ResourceStack) {
    this.#fds = fds;
    this.#ring = ring;
    this.#resources = resources;
  }

  /**
   * Undefined without the privilege (CAP_PERFMON in the host), or for a CPU that is offline.
   *
   * @param pages how many the ring has, a power of two; one holds some 50 records
   * @throws KernelError when it cannot be had just now (`EMFILE`)
   */
  static open(cpu: number, tracepoints: readonly number[], pages: number): PerfRing | undefined {
    using resources = new ResourceStack();
    const fds: number[] = [];
    let ring: SharedMemory | undefined;
    for (const tracepoint of tracepoints) {
      const fd = syscallPointer(PERF_EVENT_OPEN, attributes(tracepoint), -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
      if (fd < 0) return unlessRefused('perf_event_open');
      resources.defer(() => closeInBackground(fd));
      fds.push(fd);
      // All write into the ring of the first, which has to be there (perf_event_set_output).
      const [first = fd] = fds;
      if (first !== fd) checked('ioctl(PERF_EVENT_IOC_SET_OUTPUT)', ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first));
      else {
        ring = mapShared(fd, (1 + pages) * getpagesize());
        if (!ring) return unlessRefused('mmap(perf_event)');
        resources.defer(ring.unmap);
      }
    }
    if (!ring) return undefined;
    for (const fd of fds) checked('ioctl(PERF_EVENT_IOC_ENABLE)', ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
    return new PerfRing(fds, ring, resources.move());
  }

  stop(): void {
    for (const fd of this.#fds) checked('ioctl(PERF_EVENT_IOC_DISABLE)', ioctl(fd, PERF_EVENT_IOC_DISABLE, 0));
  }

  /**
   * What has been written, and until when that is everything: a ring that is full takes no more. Only after {@link stop}.
   *
   * @returns `until` undefined for a ring that had room for all
   */
  read(): { records: PerfRecord[]; until: bigint | undefined } {
    const { bytes } = this.#ring;
    const head = Number(bytes.readBigUInt64LE(DATA_HEAD));
    const size = Number(bytes.readBigUInt64LE(DATA_SIZE));
    const start = Number(bytes.readBigUInt64LE(DATA_OFFSET));
    const records: PerfRecord[] = [];
    // Nothing is taken out of it meanwhile, so it has not gone round.
    for (let at = start; at < start + head; ) {
      const length = bytes.readUInt16LE(at + 6);
      const type = bytes.readUInt32LE(at);
      // A smaller record may have had room behind one that had not.
      if (length < 8 || type === PERF_RECORD_LOST) return { records, until: records.at(-1)?.time ?? 0n };
      if (type === PERF_RECORD_SAMPLE) records.push(decode(bytes.subarray(at + 8, at + length)));
      at += length;
    }
    // Whoever filled the ring to its end had no room left to say what was lost.
    return { records, until: size - head < LARGEST ? (records.at(-1)?.time ?? 0n) : undefined };
  }

  /** Letting go of a tracepoint waits for an RCU grace period (`tracepoint_synchronize_unregister`), some 20 ms each. */
  close(): void {
    this.#resources[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** In the order of the bits of `sample_type`: TID, TIME, CPU, RAW. */
function decode(body: Buffer): PerfRecord {
  const length = body.readUInt32LE(24);
  return {
    thread: body.readUInt32LE(4),
    time: body.readBigUInt64LE(8),
    cpu: body.readUInt32LE(16),
    // The ring is unmapped before the record is forgotten.
    raw: Buffer.from(body.subarray(28, 28 + length)),
  };
}

/** `struct perf_event_attr`. */
function attributes(tracepoint: number): Buffer {
  const buffer = Buffer.alloc(ATTR_SIZE);
  buffer.writeUInt32LE(PERF_TYPE_TRACEPOINT, 0);
  buffer.writeUInt32LE(ATTR_SIZE, 4);
  buffer.writeBigUInt64LE(BigInt(tracepoint), 8);
  buffer.writeBigUInt64LE(1n, 16);
  buffer.writeBigUInt64LE(BigInt(SAMPLE_TID | SAMPLE_TIME | SAMPLE_CPU | SAMPLE_RAW), 24);
  buffer.writeBigUInt64LE(FLAG_DISABLED | FLAG_USE_CLOCKID, 40);
  buffer.writeInt32LE(CLOCK_MONOTONIC, 92);
  return buffer;
}

const PERF_EVENT_OPEN = process.arch === 'arm64' ? 241 : 298;

// linux/perf_event.h
const ATTR_SIZE = 112;
const PERF_TYPE_TRACEPOINT = 2;
const SAMPLE_TID = 1 << 1;
const SAMPLE_TIME = 1 << 2;
const SAMPLE_CPU = 1 << 7;
const SAMPLE_RAW = 1 << 10;
const FLAG_DISABLED = 1n;
const FLAG_USE_CLOCKID = 1n << 25n;
const CLOCK_MONOTONIC = 1;
const PERF_FLAG_FD_CLOEXEC = 8;
const PERF_EVENT_IOC_ENABLE = 0x2400;
const PERF_EVENT_IOC_DISABLE = 0x2401;
const PERF_EVENT_IOC_SET_OUTPUT = 0x2405;
const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;
const DATA_HEAD = 1024;
const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;
/** No record is longer. */
const LARGEST = 256;
