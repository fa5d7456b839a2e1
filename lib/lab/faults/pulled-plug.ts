import { KernelError } from '../../kernel/kernel-error.ts';
import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { kindOf } from '../../links/registry.ts';
import type { Request } from '../../netlink/request.ts';
import { ipNeighbour, type Neighbour } from '../../netlink/routing/neighbour.ts';
import { type SavedAddress, saveAddresses6, saveRoutes } from '../../netlink/saved-objects.ts';
import type { NetlinkSocket } from '../../netlink/socket.ts';
import { FAMILIES } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import type { Interface } from '../interface.ts';
import { stateIfThere } from '../interface-state.ts';
import { writeSysctlIn } from '../tables/sysctl-access.ts';

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
  const isPort = (end: Interface) => stateIfThere(end)?.master !== undefined;
  return ends.find(isPort) ?? ends.findLast((end) => goingDown(end).length === 1) ?? ends[1];
}

/** A device, and the VLANs that go down with it (`vlan_device_event`). */
function goingDown(device: Interface): Interface[] {
  const follow = [...device.children].filter((child) => {
    const kind = kindOf(child);
    const link = stateIfThere(child);
    return link ? kind?.goesDownWithLower(kind.of(link)) : false;
  });
  return [device, ...follow.flatMap(goingDown)];
}

/** What a device loses when it goes down. */
class Belongings {
  readonly #device: Interface;
  readonly #keptAddresses: string | undefined;
  readonly #addresses: SavedAddress[];
  readonly #routes: Request[];
  readonly #neighbours: Neighbour[];

  constructor(device: Interface) {
    this.#device = device;
    const { namespace, index } = device;
    const { rtnetlink, netns } = engineOf(namespace);
    this.#addresses = saveAddresses6(rtnetlink, index);
    this.#routes = FAMILIES.flatMap((family) => saveRoutes(rtnetlink, index, family));
    this.#neighbours = permanentOf(rtnetlink, index);
    this.#keptAddresses = readSysctls(netns, [this.#keepsAddresses]).get(this.#keepsAddresses);
    // Only those of the link go then (addrconf_ifdown), and those of a limited time.
    this.#keepAddresses('1');
  }

  /** Gives the addresses back at once: whoever asks for the host asks for one of them. */
  giveAddresses(): void {
    this.#give(this.#addresses.filter(({ isPermanent }) => isPermanent));
  }

  restore(): void {
    const { namespace, index } = this.#device;
    if (this.#device.deleted) return;
    if (this.#keptAddresses !== undefined) this.#keepAddresses(this.#keptAddresses);
    // A device that is not ready takes no others (addrconf_dad_begin).
    this.#give(this.#addresses.filter(({ isPermanent }) => !isPermanent));
    this.#restoreRoutes();
    const { rtnetlink } = engineOf(namespace);
    const there = permanentOf(rtnetlink, index);
    for (const { to, lladdr, state, proxy, router, externLearn } of this.#neighbours) {
      if (there.some((entry) => entry.to === to && entry.proxy === proxy)) continue;
      const entry = proxy ? { proxy } : { lladdr, state };
      if (proxy || lladdr !== undefined)
        rtnetlink.change(ipNeighbour.replace({ ...{ to, device: index, router, externLearn }, ...entry }));
    }
    engineOf(namespace).joining();
  }

  get #keepsAddresses(): string {
    return `net/ipv6/conf/${this.#device.name}/keep_addr_on_down`;
  }

  #keepAddresses(value: string): void {
    // Without IPv6 there is no such sysctl.
    if (this.#keptAddresses !== undefined) writeSysctlIn(this.#device.namespace, this.#keepsAddresses, value);
  }

  #give(addresses: readonly SavedAddress[]): void {
    // The newest goes before others of its scope (ipv6_link_dev_addr).
    engineOf(this.#device.namespace).rtnetlink.change(...addresses.map(({ request }) => request).toReversed());
  }

  /** A next hop must be on a link, which may be for another of the routes to say: so all are tried as long as that helps. */
  #restoreRoutes(): void {
    const { rtnetlink } = engineOf(this.#device.namespace);
    for (let left = this.#routes; left.length > 0; ) {
      const tried = left.map((route) => ({ route, refusal: refusalOf(() => rtnetlink.change(route)) }));
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

/** The permanent neighbours of a device, and the addresses that it answers for. */
function permanentOf(rtnetlink: NetlinkSocket, index: number): Neighbour[] {
  const all = [...rtnetlink.list(ipNeighbour.all()), ...rtnetlink.list(ipNeighbour.all({ proxy: true }))];
  return all.filter(({ device, proxy, state }) => device === index && (proxy || state === 'PERMANENT'));
}
