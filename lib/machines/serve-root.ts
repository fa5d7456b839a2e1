import { become } from '../kernel/become.ts';
import { mountAllReadOnlyBut } from '../kernel/read-only-mounts.ts';

// A program of its own, started in a mount namespace of its own: `serve-root.ts <writable folder> <program> …`. The guest
// may do as it likes with what it mounts; what it can write is decided here.
const [writable, program, ...args] = process.argv.slice(2) as [string, string, ...string[]];
mountAllReadOnlyBut(writable);
/** The listening socket. */
become(program, args, [3]);
