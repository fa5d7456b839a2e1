import type { Monitor } from './monitor.ts';

/** What happens to a guest that a debugger may hold. */
export interface DebuggerEvents {
  /** QEMU listens for a debugger. */
  onReady: () => void;
  /** The guest stands still: a breakpoint, or Ctrl+C in gdb. */
  onHeld: () => void;
  onGoOn: () => void;
}

/** Follows a guest by QEMU's monitor, which reports each STOP and RESUME, whatever the cause. */
export function watchDebugger(monitor: Monitor, { onReady, onHeld, onGoOn }: DebuggerEvents): void {
  monitor.on('STOP', onHeld);
  monitor.on('RESUME', onGoOn);
  // The one who started QEMU sees that it has ended.
  monitor.ready.then(onReady, () => {});
}
