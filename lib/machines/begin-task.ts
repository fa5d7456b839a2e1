import { fstatSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { placeIn } from '../report/results.ts';
import { PRIVATE, writeNewFile } from '../report/write-file.ts';
import { eachLine } from './console.ts';
import { guestOrders, type Share, START_FILE } from './guest-scripts.ts';
import { type Monitor, QemuEnded } from './monitor.ts';
import { plugOf, shareDevices } from './qemu-arguments.ts';
import { keepGuest } from './snapshot.ts';
import { IN_QEMU, type StartedMachine } from './start-machine.ts';

/** What the program that writes a guest says on QEMU's standard error when it ends: its status. */
export const WRITTEN = /^hairpin: written, status (\d+)\n?/m;

/** What a machine that has been started is told. */
export interface Beginning {
  share: Share;
  results: string;
  /** What the guest runs. */
  script: string;
  /** Resolves when the guest waits for its orders. One that goes on from a snapshot has said so long ago. */
  waits: Promise<void>;
  /** What the kernel has said so far. */
  console: () => string;
  /** A guest that cannot be kept costs the next one its boot, no more. */
  onNotKept: (error: unknown) => void;
}

/**
 * Brings a guest to its task: it boots and is kept, or goes on from where one was kept; then it gets its root, and its orders.
 *
 * @throws Error with QEMU's words, or when QEMU ends before
 */
export async function beginTask(started: StartedMachine, beginning: Beginning): Promise<void> {
  const { keeping, machine, monitor, output } = started;
  const { share, results, script, waits } = beginning;
  if (monitor && keeping) {
    await monitor.ready;
    await monitor.execute('migrate-set-capabilities', {
      capabilities: ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true })),
    });
    if (keeping.snapshot.kept) await transfer(monitor, 'migrate-incoming', `fd:${IN_QEMU.devices}`);
    else {
      await waits;
      await monitor.execute('stop');
      await keep(monitor, keeping, { ...beginning, stderr: machine.child.stderr });
    }
    for (const [number, device] of shareDevices(share).entries())
      await monitor.execute('device_add', { ...device, bus: plugOf(number) });
    // One that goes on runs already, for which this does nothing.
    await monitor.execute('cont');
  } else await waits;
  writeNewFile(placeIn(results, START_FILE), script, PRIVATE);
  // The clock of User-Mode Linux is this machine's.
  output.write(guestOrders(results, monitor && Date.now() / 1000));
}

async function keep(
  monitor: Monitor,
  { snapshot, memory, devices }: NonNullable<StartedMachine['keeping']>,
  { stderr, console, onNotKept }: Beginning & { stderr: Readable | null },
): Promise<void> {
  try {
    // QEMU 7 writes to a file through a program alone. The shell is QEMU's child, and has none of its descriptors but the standard ones.
    const write = `exec:cat >"/proc/$PPID/fd/${IN_QEMU.devices}"; echo "hairpin: written, status $?" >&2`;
    // QEMU says that all is written as soon as that program has it: the file may lack the rest yet.
    const [status] = await Promise.all([statusIn(stderr), transfer(monitor, 'migrate', write)]);
    if (status !== '0') throw new Error(`cat has ended with status ${status}`);
    const content = Buffer.alloc(fstatSync(devices).size);
    readSync(devices, content, 0, content.length, 0);
    keepGuest(snapshot.name, { memory, devices: content, console: console() });
  } catch (error) {
    onNotKept(error);
  }
}

function statusIn(stderr: Readable | null): Promise<string> {
  return new Promise((resolve) => {
    const tell = (line: string) => {
      const [, status] = WRITTEN.exec(line) ?? [];
      if (status !== undefined) resolve(status);
    };
    stderr?.on('data', eachLine(tell));
  });
}

/** Has QEMU write what it keeps of a guest, or read it, and waits until it has. */
function transfer(monitor: Monitor, command: 'migrate' | 'migrate-incoming', uri: string): Promise<void> {
  const refused = (answer: unknown) =>
    new Error(
      `${command} has failed: ${(answer as { 'error-desc'?: string })['error-desc'] ?? 'QEMU does not say why'}`,
    );
  return new Promise((resolve, reject) => {
    monitor.on('MIGRATION', ({ status }) => {
      if (status === 'completed') resolve();
      if (status === 'failed') monitor.execute('query-migrate').then((answer) => reject(refused(answer)), reject);
    });
    monitor.execute(command, { uri }).catch(reject);
    void monitor.ended.then(() => reject(new QemuEnded()));
  });
}
