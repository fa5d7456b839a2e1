import { existsSync, readFileSync } from 'node:fs';
import { hasCode } from '../has-code.ts';
import { ResourceStack } from '../resource-stack.ts';
import { syscallWords } from '../system-calls.ts';
import { type EventFormat, fieldOf, parseFormat, textOf } from './event-format.ts';
import { kernelSymbol } from './kernel-symbol.ts';
import { type PerfRecord, PerfRing } from './perf-ring.ts';
import { Tracefs } from './tracefs.ts';

/** Something that happened to a packet anywhere on this machine. */
export interface PacketEvent {
  /**
   * `queue`: given to a device to be sent. `receive`: taken from one. `consume`: freed, having served. `drop`: freed,
   * having not.
   */
  kind: 'queue' | 'receive' | 'consume' | 'drop';
  /** Nanoseconds of the monotonic clock. */
  time: bigint;
  cpu: number;
  thread: number;
  /** Whether it happened in an interrupt, hard or soft: the thread has then nothing to do with it. */
  interrupt: boolean;
  /** Where its `sk_buff` is: the same until it is freed, and then another's. */
  skb: bigint;
  /** `queue`, `receive`: the device's name, which may be another namespace's as well. */
  device?: string | undefined;
  /** `queue`, `receive`: in bytes, as far as it is unpacked. */
  length?: number | undefined;
  /** `drop`: where in the kernel. */
  location?: bigint | undefined;
  /** `drop`: `SKB_DROP_REASON_…`, from Linux 5.17 on. */
  reason?: string | undefined;
}

const EVENTS = {
  drop: 'skb/kfree_skb',
  consume: 'skb/consume_skb',
  queue: 'net/net_dev_queue',
  receive: 'net/netif_receive_skb',
} as const satisfies Record<PacketEvent['kind'], string>;

type Formats = Record<PacketEvent['kind'], EventFormat>;

let formats: Formats | undefined;
let refused = false;

/**
 * Watches what happens to all of the machine's packets, for the time of a probe or two. It takes root: everywhere else
 * there is none. Switched on only for an explanation, since every packet of the machine pays for it.
 */
export class PacketTracer {
  readonly #rings: readonly PerfRing[];
  readonly #formats: Formats;
  readonly #resources: ResourceStack;

  private constructor({ rings, resources }: Rings, formats: Formats) {
    this.#rings = rings;
    this.#resources = resources;
    this.#formats = formats;
  }

  /** Undefined where the kernel does not let this process watch. @throws KernelError when it cannot just now (`EMFILE`) */
  static start(): PacketTracer | undefined {
    // With PREEMPT_RT a thread serves others' soft interrupts without saying so.
    refused ||= existsSync('/sys/kernel/realtime');
    if (refused) return undefined;
    formats ??= readFormats();
    const rings = formats && openRings(formats);
    if (formats && rings) return new PacketTracer(rings, formats);
    refused = true;
    return undefined;
  }

  /**
   * Stops watching: what happened, in the order of time. Where there was too much for one CPU's ring, only what happened
   * before that anywhere. Only once.
   */
  stop(): PacketEvent[] {
    using _ = this.#resources;
    for (const ring of this.#rings) ring.stop();
    const written = this.#rings.map((ring) => ring.read());
    const ends = written.flatMap(({ until }) => (until === undefined ? [] : [until]));
    const events = written
      .flatMap(({ records }) => records)
      .filter(({ time }) => ends.every((end) => time <= end))
      .flatMap((record) => decode(record, this.#formats));
    return events.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
  }
}

/** The number of the thread that calls, as events have it: /proc may be of another PID namespace. */
export function threadNumber(): number {
  return syscallWords(GETTID, 0, 0, 0, 0, 0);
}

const GETTID = process.arch === 'arm64' ? 178 : 186;

/** The reasons that this kernel gives, `SKB_DROP_REASON_…`; undefined where it may not be asked. */
export function dropReasons(): Set<string> | undefined {
  formats ??= readFormats();
  return formats && new Set([...formats.drop.symbols.values()].map((name) => `SKB_DROP_REASON_${name}`));
}

/** The function that a packet was dropped in. */
export function dropFunction({ location }: PacketEvent): string | undefined {
  return location === undefined ? undefined : kernelSymbol(location);
}

function readFormats(): Formats | undefined {
  const tracefs = Tracefs.open();
  if (!tracefs) return undefined;
  try {
    const entries = Object.entries(EVENTS).map(([kind, path]) => [
      kind,
      parseFormat(tracefs.read(`events/${path}/format`)),
    ]);
    return Object.fromEntries(entries);
  } catch (error) {
    // A kernel without one of the tracepoints.
    if (!hasCode(error, 'ENOENT')) throw error;
    return undefined;
  } finally {
    tracefs.close();
  }
}

/** The rings of all CPUs, and what closes them. */
interface Rings {
  rings: PerfRing[];
  resources: ResourceStack;
}

function openRings(known: Formats): Rings | undefined {
  using resources = new ResourceStack();
  const tracepoints = Object.values(known).map(({ id }) => id);
  const rings: PerfRing[] = [];
  const cpus = onlineCpus();
  // The rings of a large machine are smaller: all of them are one process's locked memory.
  const pages = 2 ** Math.max(4, 8 - Math.ceil(Math.log2(Math.max(1, cpus.length / 8))));
  for (const cpu of cpus) {
    const ring = PerfRing.open(cpu, tracepoints, pages);
    if (!ring) return undefined;
    rings.push(resources.use(ring));
  }
  return { rings, resources: resources.move() };
}

/** `0-3,5` of sysfs. */
function onlineCpus(): number[] {
  const list = readFileSync('/sys/devices/system/cpu/online', 'utf8').trim();
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/** TRACE_FLAG_HARDIRQ, SOFTIRQ, NMI. */
const INTERRUPTED = 0x08 | 0x10 | 0x40;

function decode({ time, cpu, thread, raw }: PerfRecord, known: Formats): PacketEvent[] {
  const type = raw.readUInt16LE(0);
  const kind = (Object.keys(known) as PacketEvent['kind'][]).find((each) => known[each].id === type);
  if (!kind) return [];
  const format = known[kind];
  const skb = fieldOf(format, raw, 'skbaddr');
  if (skb === undefined) return [];
  const flags = Number(fieldOf(format, raw, 'common_flags') ?? 0n);
  const common = { kind, time, cpu, thread, interrupt: (flags & INTERRUPTED) !== 0, skb };
  if (kind === 'queue' || kind === 'receive')
    return [{ ...common, device: textOf(format, raw, 'name'), length: Number(fieldOf(format, raw, 'len') ?? 0n) }];
  if (kind === 'consume') return [common];
  const reason = fieldOf(format, raw, 'reason');
  const name = reason === undefined ? undefined : format.symbols.get(Number(reason));
  return [
    {
      ...common,
      location: fieldOf(format, raw, 'location'),
      reason: name === undefined ? undefined : `SKB_DROP_REASON_${name}`,
    },
  ];
}
