import { closeSync, writeSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
import { NetNamespace } from '../../../lib/kernel/namespaces/net-namespace.ts';

/** Loses its way home, in the main thread or in another; net-namespace.spec.ts runs it. */
if (isMainThread && process.argv[2] === 'thread') new Worker(new URL(import.meta.url));
else {
  const namespace = NetNamespace.create();
  try {
    namespace.run(() => {
      closeSync(NetNamespace.home().fd);
      writeSync(1, 'inside\n');
    });
  } finally {
    writeSync(1, 'after\n');
  }
}
