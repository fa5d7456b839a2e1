import { engineOf } from '../engines/engine.ts';
import type { Interface } from '../interface.ts';

/** Finishes a device that the kernel has made. When that fails, the device is removed: half made, it would keep its name. */
export function finishOrRemove<T>(device: Interface, finish: () => T): T {
  try {
    return finish();
  } catch (error) {
    try {
      engineOf(device).remove();
    } catch {
      // What went wrong first is the news.
    }
    throw error;
  }
}
