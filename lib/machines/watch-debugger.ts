import type { Duplex } from 'node:stream';
import { eachLine } from './console.ts';
import { gather } from './start-program.ts';

/** What happens to a guest that a debugger may hold. */
export interface DebuggerEvents {
  /** QEMU listens for a debugger. */
  onReady: () => void;
  /** The guest stands still: a breakpoint, or Ctrl+C in gdb. */
  onHeld: () => void;
  onGoOn: () => void;
}

/**
 * Follows a guest by QEMU's monitor (QMP), a JSON object a line. QEMU greets when its sockets listen, tells nothing before
 * `qmp_capabilities`, and then tells of each STOP and RESUME, whoever causes it.
 */
export function watchDebugger(monitor: Duplex | null | undefined, { onReady, onHeld, onGoOn }: DebuggerEvents): void {
  // QEMU may end at any time.
  monitor?.on('error', () => {});
  gather(
    monitor,
    eachLine((line) => {
      if (line.trim() === '') return;
      const message = JSON.parse(line);
      if ('QMP' in message) monitor?.write(`${JSON.stringify({ execute: 'qmp_capabilities' })}\n`);
      // The only answer is that to `qmp_capabilities`.
      if ('return' in message) onReady();
      if (message.event === 'STOP') onHeld();
      if (message.event === 'RESUME') onGoOn();
    }),
  );
}
