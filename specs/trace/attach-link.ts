import type { Namespace } from 'hairpin';
import { KernelError } from '../../lib/kernel/kernel-error.ts';
import { close } from '../../lib/kernel/libc.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { check } from './attach-tcx.ts';

// linux/bpf.h
const [BPF_PROG_LOAD, BPF_LINK_CREATE] = [5, 28];
const [PF_INET, NF_INET_FORWARD] = [2, 2];
/** The type of the program, and where it is attached. */
const HOOKS = { sk_lookup: [30, 36], netfilter: [32, 45] } as const;
const LICENSE = Buffer.from('GPL\0');

/**
 * Attaches a program that no device has: it chooses the sockets of a host's packets, or filters what a router forwards. Its verdicts are 0, for
 * a refusal or a drop, and 1.
 *
 * @returns undefined before Linux 6.4, which has no links of netfilter
 */
export function attachLink(namespace: Namespace, hook: keyof typeof HOOKS, code: Buffer): Disposable | undefined {
  const [type, attachType] = HOOKS[hook];
  // No log (16 bytes), no version, no flags, no name (16 bytes), no device.
  const more = new Array<number>(11).fill(0);
  try {
    const program = check('BPF_PROG_LOAD', BPF_PROG_LOAD, [type, code.length / 8, code, LICENSE, ...more, attachType]);
    const place = hook === 'sk_lookup' ? [] : [0, PF_INET, NF_INET_FORWARD, 0, 0];
    const link = namespace.run(() =>
      check('BPF_LINK_CREATE', BPF_LINK_CREATE, [
        ...[program, hook === 'sk_lookup' ? engineOf(namespace).netns.fd : 0, attachType],
        ...place,
      ]),
    );
    close(program);
    return { [Symbol.dispose]: () => close(link) };
  } catch (error) {
    if (error instanceof KernelError && error.code === 'EINVAL') return undefined;
    throw error;
  }
}
