import { become } from '../kernel/namespaces/become.ts';
import { mountAllReadOnlyBut, mountMemory } from '../kernel/namespaces/read-only-mounts.ts';

// A separate program, started in its own mount namespace:
// `guard-root.ts <writable folder> <folder for memory, or ''> <descriptors to keep> <program> …`. The guest may do as it
// likes with what it mounts; what it can write is decided here.
const [writable, memory, kept, program, ...args] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  ...string[],
];
mountAllReadOnlyBut(writable);
if (memory !== '') {
  mountMemory(memory);
  // User-Mode Linux takes what the environment names before all else (`which_tmpdir`).
  process.env['TMPDIR'] = memory;
}
become(program, args, kept.split(',').map(Number));
