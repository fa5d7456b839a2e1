import { readFileSync } from 'node:fs';
import { u32 } from '../kernel/bytes.ts';
import { checkErrno, checked } from '../kernel/checked.ts';
import { AF_INET, SOCK_DGRAM } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { errnoName, lastErrno, poll, schedGetaffinity, schedGetcpu, schedSetaffinity } from '../kernel/libc.ts';
import { NetNamespace } from '../kernel/net-namespace.ts';
import { onceInThread } from '../kernel/once-in-thread.ts';
import { ResourceStack } from '../kernel/resource-stack.ts';
import { Socket } from '../kernel/socket.ts';
import { ipSocketAddress } from '../kernel/socket-address.ts';
import { ipLink } from '../netlink/link.ts';
import { ipNeighbour } from '../netlink/neighbour.ts';
import { NetlinkSocket } from '../netlink/socket.ts';
import { NO_MAC } from '../wire/mac-address.ts';

/** Markers a processor: each lets what is under way go one device further. */
const MARKERS = 8;

/** How long a marker may take, in milliseconds: a busy machine's softirqs may wait for ksoftirqd to be scheduled. */
const DEADLINE = 200;

/** `cpu_set_t`: a bit for each of 1024 processors. */
const CPU_SET_LENGTH = 128;

const LOOPBACK_INDEX = 1;
const POLLIN = 1;

/** One socket serves all labs of the thread. */
const slot = onceInThread<{ loopback?: Socket }>('processor-backlogs', () => ({}));

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
 * @returns `no way` where this process may not run on one of the processors
 */
export function flushProcessorBacklogs(): Flushed {
  const before = Buffer.alloc(CPU_SET_LENGTH);
  if (schedGetaffinity(0, CPU_SET_LENGTH, before) < 0 && !unlessInvalid('sched_getaffinity')) return 'no way';
  const marker = markerSocket();
  try {
    return flushedAll(
      onlineProcessors().map((processor) => {
        const only = Buffer.alloc(CPU_SET_LENGTH);
        only.writeUInt8(1 << (processor % 8), processor >> 3);
        return mayRunOn(only) ? sendMarkers(marker) : 'no way';
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

function sendMarkers(marker: Socket): Flushed {
  for (let count = 0; count < MARKERS; count++) {
    if (marker.send(Buffer.of(count)) !== 0) return 'no way';
    // struct pollfd
    const waiting = Buffer.concat([u32(marker.fd), Buffer.of(POLLIN, 0, 0, 0)]);
    if (poll(waiting, 1, DEADLINE) !== 1 || marker.receive()?.data[0] !== count) return 'late';
  }
  return 'flushed';
}

/** A datagram socket that talks to itself, in a namespace of its own: no lab sees its markers. Kept as long as the thread. */
function markerSocket(): Socket {
  if (slot.loopback) {
    // A marker that came too late for an earlier round.
    while (slot.loopback.receive());
    return slot.loopback;
  }
  // The socket keeps the namespace.
  using namespace = NetNamespace.create();
  {
    using rtnetlink = namespace.run(() => new NetlinkSocket());
    rtnetlink.change(
      ipLink.change({ index: LOOPBACK_INDEX, up: true }),
      // What a loopback sends goes to this neighbour (ip_finish_output2). A permanent one is there even when others fill the
      // machine's table (neigh_alloc); a marker that none can be made for would seem to be late.
      ipNeighbour.replace({ to: '0.0.0.0', lladdr: NO_MAC, device: LOOPBACK_INDEX, state: 'PERMANENT' }),
    );
  }
  using resources = new ResourceStack();
  const socket = resources.use(Socket.open(namespace, AF_INET, SOCK_DGRAM, 0));
  checkErrno('bind(127.0.0.1)', socket.bind(ipSocketAddress(4, '127.0.0.1')));
  checkErrno('connect(127.0.0.1)', socket.connect(socket.localAddress()));
  resources.move();
  slot.loopback = socket;
  return socket;
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
