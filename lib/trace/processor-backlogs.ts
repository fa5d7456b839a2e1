import { readFileSync } from 'node:fs';
import { ResourceStack } from '../base/resource-stack.ts';
import { u32 } from '../kernel/bytes.ts';
import { checkErrno, checked } from '../kernel/checked.ts';
import { AF_INET, SO_INCOMING_CPU, SOCK_DGRAM, SOL_SOCKET } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { errnoName, lastErrno, poll, schedGetaffinity, schedGetcpu, schedSetaffinity } from '../kernel/libc.ts';
import { ReceiveSteering } from '../kernel/sockets/receive-steering.ts';
import { Socket } from '../kernel/sockets/socket.ts';
import { ipSocketAddress } from '../kernel/sockets/socket-address.ts';
import { onceInThread } from '../kernel/threads/once-in-thread.ts';
import { inNewNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink } from '../netlink/link.ts';
import { ipNeighbour } from '../netlink/routing/neighbour.ts';
import { NO_MAC } from '../wire/mac-address.ts';

/** Markers a processor: each lets what is under way go one device further. */
const MARKERS = 8;

/** How long a marker may take, in milliseconds: a busy machine's softirqs may wait for ksoftirqd to be scheduled. */
const DEADLINE = 200;

/** How often to look for a marker before the thread sleeps: while it sleeps, others may take its processor. */
const LOOKS = 20;

/** `cpu_set_t`: a bit for each of 1024 processors. */
const CPU_SET_LENGTH = 128;

const LOOPBACK_INDEX = 1;
const POLLIN = 1;

/** One socket serves all labs of the thread. */
const slot = onceInThread<{ socket?: Socket; steering?: ReceiveSteering }>('processor-backlogs', () => ({}));

/** What came of emptying queues: `late` when a marker took too long, `no way` when none can be sent through them. */
export type Flushed = 'flushed' | 'late' | 'no way';

/** What came of all of several. */
export function flushedAll(each: readonly Flushed[]): Flushed {
  return each.find((one) => one === 'no way') ?? each.find((one) => one === 'late') ?? 'flushed';
}

/**
 * Waits until each processor has handled the packets that are in its backlog now. Between two software devices a packet
 * waits in the backlog of the processor that sent it (`enqueue_to_backlog`), first come, first served, whatever its
 * namespace; so a marker over a loopback of ours comes back behind all that was there.
 *
 * @returns `no way` where the kernel does not steer markers, and this process may not run on one of the processors
 */
export function flushProcessorBacklogs(): Flushed {
  const processors = onlineProcessors();
  return flushSteered(processors) ?? flushPinned(processors);
}

/**
 * Has the kernel steer markers to each processor, from where this thread is: on a busy machine, moving there takes waiting for a turn on each.
 * A packet that the processor is just sending may come behind the first marker. The softirq that handles the marker runs after that
 * (`__local_bh_enable_ip`), so the packet is before the next one.
 *
 * @returns undefined where the kernel does not steer them
 */
function flushSteered(processors: readonly number[]): Flushed | undefined {
  const { socket, steering } = markers();
  if (steering.closed) return undefined;
  const each: Flushed[] = [];
  for (const processor of processors) {
    const flushed = steering.to(processor) ? sendMarkers(socket) : 'no way';
    if (flushed === 'no way' || (flushed === 'flushed' && processorOf(socket) !== processor)) {
      // The loopback goes, too: it would steer the markers of a thread that has moved to a processor away from there.
      for (const made of [steering, socket]) made.close();
      delete slot.socket;
      return undefined;
    }
    each.push(flushed);
  }
  return flushedAll(each);
}

/** Sends the markers from each processor in turn. */
function flushPinned(processors: readonly number[]): Flushed {
  const before = Buffer.alloc(CPU_SET_LENGTH);
  if (schedGetaffinity(0, CPU_SET_LENGTH, before) < 0 && !unlessInvalid('sched_getaffinity')) return 'no way';
  const { socket } = markers();
  try {
    return flushedAll(
      processors.map((processor) => {
        const only = Buffer.alloc(CPU_SET_LENGTH);
        only.writeUInt8(1 << (processor % 8), processor >> 3);
        return mayRunOn(only) ? sendMarkers(socket) : 'no way';
      }),
    );
  } finally {
    checked('sched_setaffinity', schedSetaffinity(0, CPU_SET_LENGTH, before));
  }
}

/** Moves the thread to a processor; false when that is not among those that it may use (a cpuset), or is offline by now. */
function mayRunOn(processor: Buffer): boolean {
  return schedSetaffinity(0, CPU_SET_LENGTH, processor) === 0 || unlessInvalid('sched_setaffinity');
}

/** False for EINVAL, which is the kernel's word on the processors: not this one, or more of them than the set has room for. */
function unlessInvalid(operation: string): false {
  const errno = lastErrno();
  if (errnoName(errno) === 'EINVAL') return false;
  throw new KernelError({ operation, errno });
}

/** Packets that processors have dropped since the machine was started, since a backlog had no room (`net.core.netdev_max_backlog`). */
export function backlogDrops(): number {
  // One line a processor: processed, dropped, …, in hexadecimal (softnet_seq_show).
  const lines = readFileSync('/proc/net/softnet_stat', 'latin1').trim().split('\n');
  return lines.reduce((sum, line) => sum + Number.parseInt(line.split(/\s+/)[1] ?? '0', 16), 0);
}

function sendMarkers(socket: Socket): Flushed {
  for (let count = 0; count < MARKERS; count++) {
    if (socket.send(Buffer.of(count)) !== 0) return 'no way';
    if (nextMarker(socket) !== count) return 'late';
  }
  return 'flushed';
}

function nextMarker(socket: Socket): number | undefined {
  for (let look = 0; look < LOOKS; look++) {
    const received = socket.receive();
    if (received) return received.data[0];
  }
  // struct pollfd
  const waiting = Buffer.concat([u32(socket.fd), Buffer.of(POLLIN, 0, 0, 0)]);
  return poll(waiting, 1, DEADLINE) === 1 ? socket.receive()?.data[0] : undefined;
}

/** Which processor has handled the last marker (`sk_incoming_cpu_update`). */
function processorOf(socket: Socket): number {
  const value = new Int32Array(1);
  socket.getOption(SOL_SOCKET, SO_INCOMING_CPU, value);
  return value[0] as number;
}

/** A datagram socket that talks to itself, in a namespace of its own: no lab sees its markers. Kept as long as the thread. */
function markers(): { socket: Socket; steering: ReceiveSteering } {
  const { socket, steering } = slot;
  if (socket && steering) {
    // A marker that came too late for an earlier round.
    while (socket.receive());
    return { socket, steering };
  }
  return inNewNamespace(({ netns, rtnetlink }) => {
    rtnetlink.change(
      ipLink.change({ index: LOOPBACK_INDEX, up: true }),
      // What a loopback sends goes to this neighbour (ip_finish_output2). A permanent one is there even when others fill the
      // machine's table (neigh_alloc); a marker that none can be made for would seem to be late.
      ipNeighbour.replace({ to: '0.0.0.0', lladdr: NO_MAC, device: LOOPBACK_INDEX, state: 'PERMANENT' }),
    );
    using resources = new ResourceStack();
    // The socket keeps the namespace.
    const made = resources.use(Socket.open(netns, AF_INET, SOCK_DGRAM, 0));
    checkErrno('bind(127.0.0.1)', made.bind(ipSocketAddress(4, '127.0.0.1')));
    checkErrno('connect(127.0.0.1)', made.connect(made.localAddress()));
    slot.steering ??= ReceiveSteering.open(netns);
    slot.socket = made;
    resources.move();
    return { socket: made, steering: slot.steering };
  });
}

/** Those that are online. Where this thread is comes first: on a busy machine each move waits for a turn there. */
function onlineProcessors(): number[] {
  // 0-3,8
  const list = readFileSync('/sys/devices/system/cpu/online', 'latin1').trim();
  const here = schedGetcpu();
  return list
    .split(',')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    })
    .sort((a, b) => Number(b === here) - Number(a === here));
}
