import type { Interface } from 'hairpin';
import { KernelError } from '../../lib/kernel/kernel-error.ts';
import { close, errnoName, lastErrno } from '../../lib/kernel/libc.ts';
import { bpfCommand } from '../../lib/kernel/tables/bpf-command.ts';

// linux/bpf.h
const [BPF_PROG_LOAD, BPF_LINK_CREATE] = [5, 28];
const BPF_PROG_TYPE_SCHED_CLS = 3;
const ATTACH_TYPES = { ingress: 46, egress: 47 } as const;

/**
 * Attaches a program by tcx, as container networks do: no `tc` lists it.
 *
 * @returns undefined before Linux 6.6, which has no tcx
 */
export function attachTcx(device: Interface, side: 'ingress' | 'egress', code: Buffer): Disposable | undefined {
  const license = Buffer.from('GPL\0');
  const load = [BPF_PROG_TYPE_SCHED_CLS, code.length / 8, code, license];
  const program = check('BPF_PROG_LOAD', BPF_PROG_LOAD, load);
  const create = [program, device.index, ATTACH_TYPES[side]];
  try {
    const link = device.namespace.run(() => check('BPF_LINK_CREATE', BPF_LINK_CREATE, create));
    return { [Symbol.dispose]: () => close(link) };
  } catch (error) {
    if (error instanceof KernelError && error.code === 'EINVAL') return undefined;
    throw error;
  } finally {
    close(program);
  }
}

/** Calls `bpf(2)` until no signal comes between. */
export function check(name: string, command: number, values: readonly (number | Buffer)[]): number {
  // The verifier gives up when a signal comes (EAGAIN).
  for (let attempt = 0; ; attempt++) {
    const result = bpfCommand(command, values);
    if (result >= 0) return result;
    if (attempt < 20 && errnoName(lastErrno()) === 'EAGAIN') continue;
    throw new KernelError({ operation: `bpf(${name})`, errno: lastErrno() });
  }
}
