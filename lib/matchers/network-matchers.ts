import type { Interface, MacvlanMode, Namespace, NeighbourEntry, RouteEntry, RuleEntry } from '../lab/index.ts';
import type { AddressEntry } from '../state/entries/address-entry.ts';
import type { ForwardingEntry } from '../state/entries/fdb-entry.ts';
import type { LinkEntry } from '../state/entries/link-entry.ts';
import type { GroupEntry } from '../state/entries/mdb-entry.ts';
import type { VlanEntry } from '../state/entries/vlan-entry.ts';
import type { AsymmetricValue, Expected, ExpectedEvent, WithNamedTable } from './expected.ts';
import type { StateOptions } from './have-state.ts';
import type { CounterEntry } from './list-counters.ts';
import type {
  ToBehaveAsOptions,
  ToHearOptions,
  ToMatchReachabilityOptions,
  ToReachOptions,
  ToSeeOptions,
  ToStayReachableOptions,
  ToTellOptions,
} from './options.ts';

/**
 * The matchers that hairpin adds to vitest's `expect`. Await each of them; `.not` asks for the opposite.
 *
 * @typeParam T the argument of `expect`
 * @group Matchers
 */
export interface NetworkMatchers<T = unknown> {
  /**
   * Asks until the target answers, or `within` is over. With `.not` there must be no answer for `hold`, and a probe
   * that never left the source is inconclusive, which fails.
   *
   * @example await expect(ns1).toReach(ns2, { by: 'tcp', port: 80 })
   */
  toReach(to: Namespace | Interface | string, options?: ToReachOptions): Promise<void>;
  /**
   * The receiver's own stack gets a raw frame from the sender; with `copies`, exactly so many. For hairpin's own kinds of IP
   * frames, a socket behind the receiver's IP must get it; for a frame that you describe, a handler of its EtherType.
   *
   * @example await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 })
   */
  toHear(sender: Namespace | Interface, options?: ToHearOptions): Promise<void>;
  /**
   * A frame from the sender comes in at a device, as `tcpdump -p -Q in` there would see it, even if no stack gets it.
   *
   * @example await expect(port).toSee(ns1, { frame: { vlan: 10 }, vlan: 10, copies: 1 })
   */
  toSee(sender: Namespace | Interface, options?: ToSeeOptions): Promise<void>;
  /**
   * What `macvlanPair()` returned, or another `{ ns1, ns2, uplink, gateway, neighbour }`, behaves as the kernel's code says
   * for the mode, in every question between these places, and over IPv6 too if the macvlans have it.
   *
   * @example await expect(pair).toBehaveAs('vepa', { hairpin: true })
   */
  toBehaveAs(mode: MacvlanMode, options?: ToBehaveAsOptions): Promise<void>;
  /**
   * The target goes on answering while a function changes the network. A probe each millisecond measures the outages; the
   * assertion fails, and lists them, if one is longer than `gap`, in milliseconds.
   *
   * @example await expect(a).toStayReachable(b, { while: () => failover(), gap: 50 })
   */
  toStayReachable(to: Namespace | Interface | string, options: ToStayReachableOptions): Promise<void>;
  /**
   * Every pair of a lab's hosts, in a table: the rows ask, the columns are asked. ✓ reaches, ✗ does not, `.` is not
   * asked.
   *
   * @example
   * await expect(lab).toMatchReachability(`
   *      a  b
   *   a  .  ✓
   *   b  ✗  .`);
   */
  toMatchReachability(table: string, options?: ToMatchReachabilityOptions): Promise<void>;
  /**
   * A namespace has such a device, in the words of `ip link`; or an interface is such a device. It waits for the kernel's
   * events until it is true. With `.not` no such device may appear for `hold`. Values may be asymmetric matchers.
   *
   * @example await expect(ns).toHaveLink({ name: 'eth0', mtu: 1400, up: true, settings: { mode: 'vepa' } })
   */
  toHaveLink(link: Expected<LinkEntry>, options?: StateOptions): Promise<void>;
  /**
   * A namespace, or an interface, has an address.
   *
   * @example await expect(ns).toHaveAddress('10.0.0.1/24')
   * @example await expect(eth0).toHaveAddress({ address: expect.stringMatching(/^fe80:/), tentative: false })
   */
  toHaveAddress(address: string | Expected<AddressEntry>, options?: StateOptions): Promise<void>;
  /**
   * A namespace has a route, in any table.
   *
   * @example await expect(ns).toHaveRoute({ to: '10.0.0.0/8', via: '192.0.2.1', dev: 'eth0', table: 'main' })
   */
  toHaveRoute(route: Expected<WithNamedTable<RouteEntry>>, options?: StateOptions): Promise<void>;
  /**
   * A namespace has a rule of the routing policy.
   *
   * @example await expect(ns).toHaveRule({ from: '10.0.0.0/8', table: 100 })
   */
  toHaveRule(rule: Expected<WithNamedTable<RuleEntry>>, options?: StateOptions): Promise<void>;
  /**
   * A namespace, or an interface, has an entry in its ARP or ND table.
   *
   * @example await expect(ns).toHaveNeighbour({ to: '10.0.0.2', lladdr: b.interface().mac, state: 'REACHABLE' })
   */
  toHaveNeighbour(neighbour: Expected<NeighbourEntry>, options?: StateOptions): Promise<void>;
  /**
   * A switch, a bridge, a port of one, or a vxlan device has an entry in a forwarding database.
   *
   * @example await expect(sw).toHaveFdbEntry({ mac: a.interface().mac, port: 'p0', permanent: false })
   */
  toHaveFdbEntry(entry: Expected<ForwardingEntry>, options?: StateOptions): Promise<void>;
  /**
   * A switch, a bridge, or a port of one has an entry in a multicast database.
   *
   * @example await expect(sw).toHaveMdbEntry({ group: '239.1.1.1', port: 'p0', state: 'temp' })
   */
  toHaveMdbEntry(entry: Expected<GroupEntry>, options?: StateOptions): Promise<void>;
  /**
   * A port, or a bridge itself, has a VLAN.
   *
   * @example await expect(port).toHaveVlan({ id: 10, pvid: true, untagged: true })
   */
  toHaveVlan(vlan: number | Expected<VlanEntry>, options?: StateOptions): Promise<void>;
  /**
   * A counter of nftables (a named one, or that of a rule) or of a queueing discipline has these values. It reads the
   * counters by `nft` and `tc` until one does.
   *
   * @example await expect(r).toHaveCounted({ comment: 'from a', packets: 3 })
   */
  toHaveCounted(counter: Expected<CounterEntry>, options?: StateOptions): Promise<void>;
  /**
   * The nftables ruleset equals the snapshot, which leaves out handles, counters and other values that packets change.
   *
   * @example await expect(r).toMatchRuleset()
   */
  toMatchRuleset(hint?: string): Promise<void>;
  /**
   * A monitor of a namespace has reported such an event; with `times`, exactly so often. It waits for the events, and then
   * makes sure that no more come. With `.not` none may come for `hold`.
   *
   * @example
   * using events = r.monitor('route');
   * await expect(events).toTell({ to: '10.9.0.0/16', deleted: true }, { times: 1 });
   */
  toTell(event: ExpectedEvent<T>, options?: ToTellOptions): Promise<void>;
  /**
   * A sysctl of a namespace has a value.
   *
   * @example await expect(ns).toHaveSysctl('net.ipv4.ip_forward', '1')
   */
  toHaveSysctl(name: string, value: string | number | AsymmetricValue, options?: StateOptions): Promise<void>;
}
