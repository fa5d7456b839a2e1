import koffi from 'koffi';
import { KernelError } from './kernel-error.ts';
import { errnoName, lastErrno } from './libc.ts';
import type { NetNamespace } from './net-namespace.ts';
import { bpfCall } from './system-calls.ts';

// linux/bpf.h
const BPF_PROG_QUERY = 16;
const ATTACH_TYPES = { ingress: 46, egress: 47 } as const;

/** Offsets in `union bpf_attr` for the query, and its length with `revision`. */
const [PROG_IDS, COUNT, LENGTH] = [16, 24, 64];

/** The most programs at one hook (`BPF_MPROG_MAX`). */
const MOST_PROGRAMS = 64;

/** A BPF program that is attached by tcx: `tc filter show` does not list it. */
export interface TcxProgram {
  /** ifindex. */
  device: number;
  side: 'ingress' | 'egress';
  id: number;
}

/**
 * The programs that get the packets of these devices by tcx, in the order in which they run (`tcx_prog_query`). None where the kernel
 * has no tcx (before 6.6), and none where this process may not ask: then it has no CAP_NET_ADMIN in the host's own user namespace.
 *
 * @param devices by ifindex
 */
export function tcxPrograms(namespace: NetNamespace, devices: readonly number[]): TcxProgram[] {
  return namespace.run(() => {
    const found: TcxProgram[] = [];
    for (const device of devices) {
      for (const side of ['ingress', 'egress'] as const) {
        const ids = programIds(device, ATTACH_TYPES[side]);
        if (!ids) return [];
        found.push(...ids.map((id) => ({ device, side, id })));
      }
    }
    return found;
  });
}

/** @returns undefined where nobody can ask */
function programIds(device: number, attachType: number): number[] | undefined {
  const ids = Buffer.alloc(4 * MOST_PROGRAMS);
  const attributes = Buffer.alloc(LENGTH);
  attributes.writeUInt32LE(device, 0);
  attributes.writeUInt32LE(attachType, 4);
  attributes.writeBigUInt64LE(koffi.address(ids) as bigint, PROG_IDS);
  attributes.writeUInt32LE(MOST_PROGRAMS, COUNT);
  if (bpfCall(BPF_PROG_QUERY, attributes) === 0) {
    const count = attributes.readUInt32LE(COUNT);
    return Array.from({ length: count }, (_, at) => ids.readUInt32LE(4 * at));
  }
  const errno = lastErrno();
  switch (errnoName(errno)) {
    // Nothing is attached there, or the device is gone.
    case 'ENOENT':
    case 'ENODEV':
      return [];
    case 'EACCES':
    case 'EINVAL':
    case 'ENOSYS':
    case 'EPERM':
      return undefined;
    default:
      throw new KernelError({ operation: 'bpf(BPF_PROG_QUERY)', errno });
  }
}
