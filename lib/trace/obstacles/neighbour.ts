import { KernelError } from '../../kernel/kernel-error.ts';
import { type Interface, Ipvlan, type Namespace } from '../../lab/index.ts';
import type { Obstacle } from './obstacle.ts';
import { ownerOf } from './owner.ts';

/** Why a host that wanted to send to an address did not: nobody has told it the MAC address of its next hop. */
export function neighbourObstacle(namespace: Namespace, address: string): Obstacle | undefined {
  const hop = nextHop(namespace, address);
  const entry = namespace.neighbour.list().find(({ to }) => to === hop);
  if (!entry || !['INCOMPLETE', 'FAILED'].includes(entry.state)) return undefined;
  const text = `${namespace} asks who has ${hop}, and nobody answers`;
  const owner = ownerOf(namespace.lab, hop);
  const silent = owner && !hop.includes(':') ? arpIgnoreObstacle(owner) : undefined;
  if (silent) return { ...silent, text: `${text}: ${silent.text}` };
  if (!(owner instanceof Ipvlan) || owner.mode === 'l2') return { text };
  return {
    text: `${text}: ${owner}, in mode ${owner.mode}, has no ARP and no ND`,
    hint: `route to it instead: ${namespace}.route.add({ to: '${hop}', via: an address of ${owner.parent} })`,
  };
}

/** `arp_ignore`: which questions a device leaves to others; the greater value of the two counts (IN_DEV_ARP_IGNORE). */
export function arpIgnoreObstacle({ namespace, name }: Interface): Obstacle | undefined {
  const values = ['all', name].map((which) => Number(namespace.sysctl.get(`net/ipv4/conf/${which}/arp_ignore`)));
  const ignore = Math.max(...values);
  if (ignore === 0) return undefined;
  return {
    text: `${namespace}/${name} may not answer ARP: arp_ignore is ${ignore}`,
    hint: `${namespace}.sysctl.set('net/ipv4/conf/${name}/arp_ignore', 0), and 'all' as well`,
  };
}

function nextHop(namespace: Namespace, address: string): string {
  try {
    return namespace.route.get(address).via ?? address;
  } catch (error) {
    if (error instanceof KernelError) return address;
    throw error;
  }
}
