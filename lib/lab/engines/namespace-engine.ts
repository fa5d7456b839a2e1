import { entryOf } from '../../base/entry-of.ts';
import { LOOPBACK_IFINDEX, NETLINK_GENERIC } from '../../kernel/constants.ts';
import { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { MulticastRouter } from '../../kernel/sockets/multicast-router.ts';
import { TapSocket } from '../../kernel/taps/tap-socket.ts';
import { ipLink } from '../../netlink/link.ts';
import { NetlinkSocket } from '../../netlink/socket.ts';
import { NetlinkSockets } from '../../netlink/sockets.ts';
import { chosenByMachine, isInherited } from '../../state/inherited-sysctls.ts';
import type { Family } from '../../wire/ip-address.ts';
import { namesOf } from '../names.ts';
import type { Namespace } from '../namespace.ts';
import { sysctlsOf } from '../role.ts';
import { InterfaceList } from '../tables/interface-list.ts';
import { readSysctlIn, writeSysctlIn } from '../tables/sysctl-access.ts';
import { waitForUsableAddresses } from '../usable-addresses.ts';
import { engineOf, setEngine } from './engine.ts';

/** What is behind a {@link Namespace}: the kernel's namespace, the sockets in it, and its interfaces. */
export class NamespaceEngine {
  readonly name: string;
  /** Whether somebody else made the namespace: it is a container's. */
  readonly foreign: boolean;
  readonly netns: NetNamespace;
  readonly rtnetlink: NetlinkSocket;
  /** Sees every frame at every device here; undefined in a lab without taps. */
  readonly tap: TapSocket | undefined;
  readonly devices: InterfaceList;
  /** The sockets of other families of netlink, each from its first use to the end of the lab. */
  readonly sockets: NetlinkSockets;
  readonly #namespace: Namespace;
  readonly #multicastRouters = new Map<Family, MulticastRouter>();
  #joining = false;
  #settling: Promise<void> = Promise.resolve();

  constructor(namespace: Namespace, foreign?: NetNamespace) {
    const { lab, name } = namespace;
    const { resources } = engineOf(lab);
    this.name = name;
    this.foreign = foreign !== undefined;
    const netns = resources.add(foreign ?? NetNamespace.create());
    const { rtnetlink, tap } = netns.run(() => ({
      rtnetlink: resources.add(new NetlinkSocket({ names: namesOf(lab, namespace) })),
      tap: lab.taps ? resources.add(new TapSocket(netns)) : undefined,
    }));
    this.netns = netns;
    this.sockets = resources.add(new NetlinkSockets(netns, namesOf(lab, namespace)));
    this.rtnetlink = rtnetlink;
    this.tap = tap;
    this.devices = new InterfaceList(namespace);
    this.#namespace = namespace;
  }

  /** Speaks to the families of generic netlink. */
  get generic(): NetlinkSocket {
    return this.sockets.of(NETLINK_GENERIC);
  }

  /**
   * The socket that makes the namespace a multicast router, from its first use to the end of the lab.
   *
   * @throws KernelError `EADDRINUSE` when a program is the router already
   */
  multicastRouter(family: Family): MulticastRouter {
    const { resources } = engineOf(this.#namespace.lab);
    return entryOf(this.#multicastRouters, family, () => resources.add(new MulticastRouter(this.netns, family)));
  }

  /** Registers that an IPv6 address was added, which has to join its group. */
  joining(): void {
    this.#joining = true;
  }

  /** Waits until the IPv6 addresses can be asked for. */
  usable(): Promise<void> {
    if (this.#joining || this.#namespace.lab.defaults === 'kernel') {
      this.#joining = false;
      // Other questions that are asked until then wait for the same promise.
      this.#settling = waitForUsableAddresses(this.#namespace).catch((error: unknown) => {
        // The next question starts a new wait.
        this.#joining = true;
        throw error;
      });
    }
    return this.#settling;
  }
}

/**
 * Makes the engine of a new namespace, with the lab's settings and its loopback up.
 *
 * @param foreign a namespace that somebody else made; without it the kernel makes a new one
 */
export function openNamespace<N extends Namespace>(namespace: N, foreign?: NetNamespace): N {
  setEngine(namespace, new NamespaceEngine(namespace, foreign));
  applyDefaults(namespace);
  return namespace;
}

/** Gives a new namespace the sysctls of its role, and a host its loopback. */
export function applyDefaults(namespace: Namespace): void {
  const { lab, role } = namespace;
  const { netns, rtnetlink, foreign } = engineOf(namespace);
  const inherited = engineOf(lab);
  // What somebody else made has what he chose.
  const chosen = foreign ? [] : chosenByMachine();
  netns.run(() => {
    for (const [name, value] of chosen) writeSysctlIn(namespace, name, value);
    for (const { name, value } of sysctlsOf(role, lab.defaults)) {
      const read = () => readSysctlIn(namespace, name);
      // Only a sysctl that a new namespace takes from the machine may have its value already: the others are not read.
      const now = foreign ? read() : isInherited(name) ? inherited.inherited(name, read) : undefined;
      if (now !== value) writeSysctlIn(namespace, name, value);
    }
  });
  if (role !== 'switch') rtnetlink.change(ipLink.change({ index: LOOPBACK_IFINDEX, up: true }));
}
