import { KernelError } from '../kernel/kernel-error.ts';
import { readSysctls } from '../kernel/sysctl.ts';
import type { Neighbour } from '../netlink/neighbour.ts';
import type { Request } from '../netlink/request.ts';
import { saveAddresses6, saveRoutes } from '../netlink/saved-objects.ts';
import type { Interface } from './interface.ts';
import { Vlan } from './vlan.ts';

/**
 * The plug that was pulled out of one end of a cable. A veth has no carrier only when one of its ends is down
 * (`veth_close`), and with a link that is down the kernel forgets what it would keep of one without carrier: IPv6 addresses
 * (`addrconf_ifdown`), routes (`fib_disable_ip`), permanent neighbours (`neigh_ifdown`). That is put back with the plug.
 */
export class PulledPlug {
  readonly #end: Interface;
  readonly #belongings: Belongings[];

  constructor(end: Interface) {
    this.#end = end;
    this.#belongings = goingDown(end).map((device) => new Belongings(device));
    end.set({ up: false });
    for (const belongings of this.#belongings) belongings.giveAddresses();
  }

  putBack(): void {
    this.#end.set({ up: true });
    for (const belongings of this.#belongings) belongings.restore();
  }
}

/** Which end of a cable to take the plug out of: the one that has less to lose. */
export function endToPull(ends: readonly [Interface, Interface]): Interface {
  const isPort = (end: Interface) => end.stateIfThere()?.master !== undefined;
  return ends.find(isPort) ?? ends.findLast((end) => goingDown(end).length === 1) ?? ends[1];
}

/** A device, and the VLANs that go down with it (`vlan_device_event`). */
function goingDown(device: Interface): Interface[] {
  const vlans = [...device.children].filter((child) => child instanceof Vlan && !child.deleted);
  return [device, ...vlans.flatMap(goingDown)];
}

/** What a device loses when it goes down. */
class Belongings {
  readonly #device: Interface;
  readonly #keepsAddresses: readonly [name: string, before: string] | undefined;
  readonly #addresses: Request[];
  readonly #routes: Request[];
  readonly #neighbours: Neighbour[];

  constructor(device: Interface) {
    this.#device = device;
    const { namespace, index, name } = device;
    const { rtnetlink, handle, sysctl, neighbour } = namespace;
    this.#addresses = saveAddresses6(rtnetlink, index);
    this.#routes = ([4, 6] as const).flatMap((family) => saveRoutes(rtnetlink, index, family));
    this.#neighbours = neighbour.list().filter((entry) => entry.device === index && entry.state === 'PERMANENT');
    // Only those of the link go then (addrconf_ifdown).
    const keep = `net/ipv6/conf/${name}/keep_addr_on_down`;
    const before = readSysctls(handle, [keep]).get(keep);
    this.#keepsAddresses = before === undefined ? undefined : [keep, before];
    if (before !== undefined) sysctl.give(keep, '1');
  }

  /** Meanwhile they are to be seen, too: whoever asks for the host asks for one of them. */
  giveAddresses(): void {
    // The newest goes before others of its scope (ipv6_link_dev_addr).
    this.#device.namespace.rtnetlink.change(...this.#addresses.toReversed());
  }

  restore(): void {
    const { namespace } = this.#device;
    if (this.#device.deleted) return;
    this.giveAddresses();
    this.#restoreRoutes();
    for (const { to, lladdr } of this.#neighbours)
      if (lladdr !== undefined) namespace.neighbour.add({ to, lladdr, dev: this.#device });
    if (this.#keepsAddresses) namespace.sysctl.give(...this.#keepsAddresses);
    namespace.joining();
  }

  /** A next hop must be on a link, which may be for another of the routes to say: so all are tried as long as that helps. */
  #restoreRoutes(): void {
    const { namespace } = this.#device;
    for (let left = this.#routes; left.length > 0; ) {
      const tried = left.map((route) => ({
        route,
        refusal: refusalOf(() => namespace.rtnetlink.change(route)),
      }));
      const refused = tried.filter(({ refusal }) => refusal !== undefined);
      if (refused.length === left.length) throw refused[0]?.refusal;
      left = refused.map(({ route }) => route);
    }
  }
}

/** Why the kernel does not take a route, if that is not because it is there. */
function refusalOf(restore: () => void): KernelError | undefined {
  try {
    restore();
    return undefined;
  } catch (error) {
    if (error instanceof KernelError) return error.code === 'EEXIST' ? undefined : error;
    throw error;
  }
}
