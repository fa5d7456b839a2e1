import { KernelError } from 'hairpin';
import { NetNamespace } from '../lib/kernel/namespaces/net-namespace.ts';
import { MulticastRouter } from '../lib/kernel/sockets/multicast-router.ts';

/** Skips a test where the kernel has no multicast routing of a version of IP: User-Mode Linux has that of IPv4 only. */
export function needsMroute(family: 4 | 6, skip: (condition: boolean, why: string) => void): void {
  skip(!hasMroute(family), `needs CONFIG_${family === 4 ? 'IP' : 'IPV6'}_MROUTE`);
}

function hasMroute(family: 4 | 6): boolean {
  using namespace = NetNamespace.create();
  try {
    new MulticastRouter(namespace, family).close();
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ENOPROTOOPT') return false;
    throw error;
  }
}
