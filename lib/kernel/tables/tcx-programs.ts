import { unlessCode } from '../../base/has-code.ts';
import { checked } from '../checked.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { bpfCommand } from './bpf-command.ts';

// linux/bpf.h
const BPF_PROG_QUERY = 16;
const ATTACH_TYPES = { ingress: 46, egress: 47 } as const;

/** The most programs at one hook (`BPF_MPROG_MAX`). */
const MOST_PROGRAMS = 64;

/** A BPF program that is attached by tcx: `tc filter show` does not list it. */
interface TcxProgram {
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
  const ask = () =>
    checked('bpf(BPF_PROG_QUERY)', bpfCommand(BPF_PROG_QUERY, [device, attachType, 0, 0, ids, MOST_PROGRAMS]));
  // Without an answer nothing is attached there, or the device is gone.
  const asked = unlessCode(['EACCES', 'EINVAL', 'ENOSYS', 'EPERM'], () => unlessCode(['ENOENT', 'ENODEV'], ask, 0));
  if (asked === undefined) return undefined;
  const all = Array.from({ length: MOST_PROGRAMS }, (_, at) => ids.readUInt32LE(4 * at));
  // No program has the id 0.
  return all.filter((id) => id !== 0);
}
