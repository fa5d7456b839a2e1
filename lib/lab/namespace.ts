import { inspect } from 'node:util';
import { show, UsageError } from '../base/validate.ts';
import { visible } from '../base/visible-text.ts';
import { withImmediateLookup } from '../kernel/sockets/immediate-lookup.ts';
import { dummy } from '../links/dummy.ts';
import { ipvlan, ipvtap } from '../links/ipvlan.ts';
import { macvlan, macvtap } from '../links/macvlan.ts';
import {
  checkSingleKind,
  type DefinedKind,
  type KindNamed,
  type LinkKindName,
  type PairKindName,
} from '../links/registry.ts';
import { vlan } from '../links/vlan.ts';
import type { MonitoredObject } from '../state/entries/entry-kinds.ts';
import { type AddrlabelEntry, addrlabel } from '../state/objects/addrlabel.ts';
import { type FouEntry, fou } from '../state/objects/fou.ts';
import { type VniEntry, vni } from '../state/objects/vni.ts';
import { type Advertisement, type AdvertiseOptions, advertise } from './advertisement.ts';
import { converge, type SettledOptions } from './convergence.ts';
import { engineOf } from './engines/engine.ts';
import { watcher } from './engines/watcher.ts';
import { type Events, monitor } from './events.ts';
import { type Freeze, freeze } from './faults/freeze.ts';
import { findInterface } from './find-interface.ts';
import type { Interface } from './interface.ts';
import type { Lab } from './lab.ts';
import type { LinkArguments, LinkOf } from './making/link-options.ts';
import type {
  BridgeLink,
  BridgeOptions,
  DummyOptions,
  Ipvlan,
  IpvlanOptions,
  Ipvtap,
  Macvlan,
  MacvlanOptions,
  Macvtap,
  Vlan,
  VlanOptions,
} from './making/links.ts';
import { addBridge, makeLinkIn } from './making/make-link-in.ts';
import { joinGroup, type Membership } from './membership.ts';
import type { Daemon } from './programs/daemon.ts';
import { type ExecOptions, exec, type Subprocess } from './programs/exec.ts';
import { type DaemonOptions, startDaemon } from './programs/start-daemon.ts';
import type { Role } from './role.ts';
import { Mptcp } from './tables/mptcp.ts';
import { MrouteTable } from './tables/mroute-table.ts';
import { NeighbourTable } from './tables/neighbour-table.ts';
import { NexthopTable } from './tables/nexthop-table.ts';
import type { AddrlabelOptions, FouOptions, VniOptions } from './tables/object-options.ts';
import { ObjectTable } from './tables/object-table.ts';
import { RouteTable } from './tables/route-table.ts';
import { RuleTable } from './tables/rule-table.ts';
import { Sysctls } from './tables/sysctls.ts';
import { Xfrm } from './tables/xfrm.ts';

/** A network namespace of a lab: a host, a router, or a switch. */
export class Namespace {
  /** No property of its own: `toMatchObject` shows these, and a lab is a whole network. */
  readonly #lab: Lab;
  /** As messages, drawings and captures show it. */
  readonly name: string;
  readonly role: Role;
  /** As `ip route`. @example ns1.route.add({ to: 'default', via: '10.0.0.254' }) */
  readonly route: RouteTable;
  /** As `ip rule`. @example r.rule.add({ fwmark: '0x1', table: 100 }) */
  readonly rule: RuleTable;
  /** As `ip nexthop`. @example r.nexthop.add({ id: 1, via: '10.0.0.2', dev: eth0 }) */
  readonly nexthop: NexthopTable;
  /** Multicast routes, as `ip mroute` shows them. @example r.mroute.add({ group: '239.1.1.1', in: 'eth0', out: ['eth1'] }) */
  readonly mroute: MrouteTable;
  /** ARP and ND, as `ip neighbour`. @example ns1.neighbour.add({ to: '10.0.0.2', lladdr: eth0.mac, dev: 'eth0' }) */
  readonly neighbour: NeighbourTable;
  /** As `sysctl`. @example r.sysctl.set('net.ipv4.ip_forward', 1) */
  readonly sysctl: Sysctls;
  /**
   * The labels of IPv6 addresses, as `ip addrlabel` has them. Of two source addresses the kernel prefers the one with the label of the
   * destination (RFC 6724 rule 6).
   */
  readonly addrlabel: ObjectTable<AddrlabelOptions, Omit<AddrlabelOptions, 'label'>, AddrlabelEntry>;
  /** The UDP ports whose packets the kernel unwraps, as `ip fou` has them: FOU and GUE, for tunnels with `encap` (`CONFIG_NET_FOU`). */
  readonly fou: ObjectTable<FouOptions, Omit<FouOptions, 'ipproto' | 'gue'>, FouEntry>;
  /** The endpoints and limits of MPTCP, as `ip mptcp` has them (`CONFIG_MPTCP`). */
  readonly mptcp: Mptcp;
  /** The network identifiers that vxlans with `vnifilter` take, as `bridge vni` has them (Linux 5.18). */
  readonly vni: ObjectTable<VniOptions, Pick<VniOptions, 'dev' | 'vni'>, VniEntry>;
  /** The states, policies and defaults of IPsec, as `ip xfrm` has them (`CONFIG_XFRM_USER`). */
  readonly xfrm: Xfrm;

  constructor(lab: Lab, name: string, role: Role) {
    this.#lab = lab;
    this.name = name;
    this.role = role;
    this.route = new RouteTable(this);
    this.rule = new RuleTable(this);
    this.nexthop = new NexthopTable(this);
    this.mroute = new MrouteTable(this);
    this.neighbour = new NeighbourTable(this);
    this.sysctl = new Sysctls(this);
    this.addrlabel = new ObjectTable(this, addrlabel);
    this.fou = new ObjectTable(this, fou);
    this.mptcp = new Mptcp(this);
    this.vni = new ObjectTable(this, vni);
    this.xfrm = new Xfrm(this);
  }

  get lab(): Lab {
    return this.#lab;
  }

  /**
   * The namespace as a path, for programs that take one: `ip link set … netns PATH`, `nsenter --net=PATH`. Valid as long
   * as the lab and this process live.
   */
  get path(): string {
    engineOf(this.lab).visits.addPath(this);
    return `/proc/${process.pid}/fd/${engineOf(this).netns.fd}`;
  }

  /** The interfaces that the lab made here, in the order of their creation, then those that it discovered. */
  get interfaces(): readonly Interface[] {
    return engineOf(this).devices.all;
  }

  /**
   * An interface by its name; without a name the namespace's only interface. It also finds an interface that a program
   * made here ({@link Lab.discover}).
   *
   * @example const eth0 = ns1.interface('eth0')
   * @throws UsageError when no interface has the name; without a name, when there is not exactly one
   */
  interface(which?: string | Interface): Interface {
    return findInterface(this, which);
  }

  /**
   * Makes a link here, of a kind that hairpin knows by name, or of one that `defineLink` returned. Its `parent`, the device
   * below it, may be in any namespace of the lab. Links with two ends, such as veth, are made by {@link Lab.cable}.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses, or has no such kind
   * @example const tunnel = ns1.link('vxlan', { id: 7, remote: '10.0.0.2' })
   */
  link<K extends Exclude<LinkKindName, PairKindName> | DefinedKind>(
    // Not SingleKind: for a wrong kind, the compiler would print that name in place of the kinds.
    kind: K,
    ...options: LinkArguments<KindNamed<K>>
  ): LinkOf<KindNamed<K>> {
    const known = checkSingleKind(`${this.name}.link`, kind);
    const [settings = {}]: readonly [options?: object] = options;
    return makeLinkIn(this, `link(${known.kind})`, known, settings) as LinkOf<KindNamed<K>>;
  }

  /**
   * Makes a macvlan here, on a parent in any namespace of the lab.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example const m1 = ns1.macvlan({ parent: host.interface('up0'), mode: 'vepa' })
   */
  macvlan(options: MacvlanOptions): Macvlan {
    return makeLinkIn(this, 'macvlan', macvlan, options) as Macvlan;
  }

  /**
   * Makes a macvtap here: a macvlan whose frames a virtual machine, or a spec in its place, reads and writes at a
   * character device.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses, or has no macvtap (`CONFIG_MACVTAP`)
   * @example const vm = ns1.macvtap({ parent: host.interface('up0'), mode: 'bridge', address: false }).open()
   */
  macvtap(options: MacvlanOptions): Macvtap {
    return makeLinkIn(this, 'macvtap', macvtap, options) as Macvtap;
  }

  /**
   * Makes an ipvlan here, on a parent in any namespace of the lab. All ipvlans on one parent
   * have the same mode and flag.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses, or has no ipvlan (`CONFIG_IPVLAN`)
   * @example const i1 = ns1.ipvlan({ parent: host.interface('up0'), mode: 'l2', flag: 'bridge' })
   */
  ipvlan(options: IpvlanOptions): Ipvlan {
    return makeLinkIn(this, 'ipvlan', ipvlan, options) as Ipvlan;
  }

  /**
   * Makes an ipvtap here: an ipvlan with a character device, as {@link macvtap} has.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses, or has no ipvtap (`CONFIG_IPVTAP`)
   */
  ipvtap(options: IpvlanOptions): Ipvtap {
    return makeLinkIn(this, 'ipvtap', ipvtap, options) as Ipvtap;
  }

  /**
   * Makes a VLAN device here, on a parent in any namespace of the lab. VLANs with the same id on one segment
   * form a segment of their own, with its own subnets.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses, or has none (`CONFIG_VLAN_8021Q`)
   * @example const v10 = host.vlan({ parent: host.interface('eth0'), id: 10 })
   */
  vlan(options: VlanOptions): Vlan {
    return makeLinkIn(this, 'vlan', vlan, options) as Vlan;
  }

  /**
   * Makes a dummy here: a device that drops what it should send. It serves as a parent, or to hold addresses.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses, or has none (`CONFIG_DUMMY`)
   * @example const d0 = host.dummy({ address: '192.0.2.1/32' })
   */
  dummy(options: DummyOptions = {}): Interface {
    return makeLinkIn(this, 'dummy', dummy, options);
  }

  /**
   * Makes a bridge here. The namespace's own stack is connected like one more port, with the bridge's addresses. Any
   * interface of the namespace may become a port, here or by `set({ master: bridge })`.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example const br0 = host.bridge({ name: 'br0', address: '10.1.0.1/24', ports: [cable.b, vxlan] })
   */
  bridge(options: BridgeOptions = {}): BridgeLink {
    return addBridge(this, options);
  }

  /**
   * Runs a *synchronous* function with the thread inside the namespace, and always comes back. Sockets opened and
   * children spawned in it stay inside.
   *
   * A server may listen at an address. Node does some other things in a later tick, which is outside the namespace: it
   * connects clients (start a program for that, by {@link exec}), and binds datagram sockets, except one with a
   * `lookup` that answers at once: `createSocket({ type: 'udp4', lookup: (host, options, done) => done(null, host, 4) })`.
   *
   * @throws UsageError when `fn` is not a function; TypeError when it returns a promise
   * @example const server = ns.run(() => net.createServer(onConnection).listen(8080))
   */
  run<T>(fn: () => T): T {
    if (typeof fn !== 'function') {
      throw new UsageError(
        `${this.name}.run: fn must be a function: received ${show(fn)}; a program is run by ${this.name}.exec`,
      );
    }
    const { visits, programs } = engineOf(this.lab);
    visits.add(this);
    watcher()?.asked();
    return engineOf(this).netns.run(() => programs.during(() => withImmediateLookup(fn)));
  }

  /**
   * Runs a program inside the namespace, without a shell. It ends with the lab at the latest, whatever happens to the
   * test process, and so does every process that it starts, also a daemon in its own session and namespaces.
   *
   * Its standard input is empty, like `/dev/null`, unless `input`, `inputFile`, `stdin` or `stdio` says otherwise. Awaiting
   * it waits for the end of its output, too: a process that it leaves running needs its own output (`>/dev/null 2>&1 &`).
   *
   * A test fails if nobody awaits a program that fails, or, with the `lab` fixture, that still runs when the test ends. A
   * server is started by {@link daemon}. With the option `reject: false` its end does not matter.
   *
   * @returns execa's subprocess: a promise of its result, with streams
   * @throws UsageError when there is no such program on the PATH
   * @example const { stdout } = await ns1.exec('ip', ['-j', '-d', 'link'])
   */
  exec(file: string, args: readonly string[] = [], options: ExecOptions = {}): Subprocess {
    return exec(this, file, args, options);
  }

  /**
   * Listens to the kernel's messages about links, addresses, routes and so on here, as `ip monitor` and `bridge monitor`
   * do. It listens from the moment when the call returns.
   *
   * @throws UsageError for an object that cannot be monitored
   * @example
   * using events = r.monitor('route');
   * await r.exec('ip', ['route', 'add', '10.9.0.0/16', 'via', '10.0.0.2']);
   * await expect(events).toTell({ to: '10.9.0.0/16', via: '10.0.0.2' }, { times: 1 });
   */
  monitor<K extends MonitoredObject>(object: K): Events<K> {
    return monitor(this, object);
  }

  /**
   * Joins a multicast group, as a receiver does: the host reports it by IGMP or MLD, also when it is asked again, until
   * `leave()` or the end of the lab.
   *
   * @param options `dev`: where. @default the namespace's only interface
   * @throws UsageError for an address that is not a multicast group; KernelError when the kernel refuses
   * @example using member = ns1.join('239.1.1.1')
   */
  join(group: string, options: { dev?: Interface | string } = {}): Membership {
    return joinGroup(this, group, options);
  }

  /**
   * Starts a program that serves, and waits until it is ready. It must stay in the foreground. If it ends before the spec
   * stops it, or before the lab ends, the test fails with its last lines. Its output is kept with a failure's evidence.
   *
   * `ready` says what to wait for: `{ log: /words/ }` in its output, `{ port: 53, protocol: 'udp' }` at which something
   * listens here, `{ file: '/path' }` that it creates, or the promise of a function, which is called once.
   *
   * @throws UsageError for a wrong option, a port that is taken, a file that is there already; Error with its
   * output when it ends before it is ready, or is not ready `within` milliseconds
   * @example
   * await using dns = await ns1.daemon('dnsmasq', ['--keep-in-foreground'], { ready: { port: 53, protocol: 'udp' } });
   */
  daemon(file: string, args: readonly string[], options: DaemonOptions): Promise<Daemon> {
    const started = startDaemon(this, file, args, options);
    return engineOf(this.lab).callsToAwait.add(`${this}.daemon('${file}', …)`, this.daemon, started);
  }

  /**
   * Stops the programs here, as if they hung, while the kernel goes on: it still answers ARP, ping and TCP handshakes, but
   * no program answers. Servers that the spec itself runs here (`ns.run`) are not stopped.
   *
   * @returns a handle that lets them go on, at the latest at the end of its scope
   * @throws Error naming a process that does not stop within 3 s
   * @example
   * using hung = ns1.freeze();
   * await expect(a).not.toReach(ns1, { by: 'udp', port: 53, listen: false, because: 'lost' });
   */
  freeze(): Freeze {
    return freeze(this);
  }

  /**
   * Advertises this router on a link, from hairpin itself: at once, every few seconds, and whenever a host solicits it
   * (RFC 4861). Hosts make addresses of the prefix (RFC 4862), and use the router as their default router.
   *
   * @returns a handle that ends it, at the latest at the end of its scope
   * @throws UsageError for a wrong option, and for a host; KernelError when the interface cannot send
   * @example
   * using ra = router.advertise({ prefix: 'fd00:7::/64', dns: ['fd00:7::53'] });
   * await lab.settled();
   */
  advertise(options: AdvertiseOptions): Advertisement {
    return advertise(this, options);
  }

  /**
   * Waits until nothing moves by itself any more here: carriers, duplicate address detection, the groups that addresses
   * join, reports for multicast groups, ports of a spanning tree. A question waits for its own addresses without this.
   *
   * @throws UsageError for a wrong option; Error naming what still moves when the time is over
   */
  settled(options: SettledOptions = {}): Promise<void> {
    const settled = converge(`${this}.settled`, [this], options, this.settled);
    return engineOf(this.lab).callsToAwait.add(`${this}.settled()`, this.settled, settled);
  }

  toString(): string {
    return this.name;
  }

  /** vitest copies what is a mere object before it shows a difference, and a copy is in no lab. */
  get [Symbol.toStringTag](): string {
    return 'Namespace';
  }

  /** Differences and JSON show only the name: the object leads to the whole lab. */
  toJSON(): string {
    return this.toString();
  }

  /** `host ns1 [eth0, m1]`, for `console.log`. */
  [inspect.custom](): string {
    return visible(`${this.role} ${this} [${this.interfaces.map(({ name }) => name).join(', ')}]`);
  }
}
