import { unlessCode } from '../../base/has-code.ts';
import { checkInterfaceName, checkMac, checkMtu, show, UsageError } from '../../base/validate.ts';
import { FALLBACK_TUNNELS } from '../../links/fallback-tunnels.ts';
import { type AddressState, isRoutable } from '../../netlink/address.ts';
import type { Request } from '../../netlink/request.ts';
import { ipNtable } from '../../netlink/routing/neighbour-table.ts';
import { contains, FAMILIES, type Family } from '../../wire/ip-address.ts';
import { IPV6_MIN_MTU } from '../../wire/ipv6.ts';
import { engineOf } from '../engines/engine.ts';
import type { InterfaceOrigin } from '../engines/interface-engine.ts';
import { unwatched } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { finishOrRemove } from '../making/finish-or-remove.ts';
import type { Namespace } from '../namespace.ts';
import { NEIGHBOUR_TIMERS } from '../role.ts';
import type { Segment } from '../segment.ts';
import { assignAddresses } from './add-address.ts';
import { type AddressOption, checkAddressLengths, checkAddressOption } from './address-option.ts';

/** What a spec says of an interface that is to be made. */
interface NewInterface {
  name?: string;
  mac?: string;
  mtu?: number;
  address?: AddressOption;
  /** Interfaces that are being made here too. */
  taken?: readonly string[];
}

/** The interfaces of a namespace. */
export class InterfaceList {
  readonly #namespace: Namespace;
  readonly #all: Interface[] = [];

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** Those that the lab made, in the order in which it made them, then those that it has found. */
  get all(): readonly Interface[] {
    return this.#all;
  }

  /** Chooses index, name and MAC address of a new interface, and checks what the spec says of it. */
  plan(
    call: string,
    kind: string,
    options: NewInterface & { base: string; segment: Segment | undefined },
  ): InterfaceOrigin {
    const { base, taken = [], name = this.#freeName(base, taken), mac, segment } = options;
    this.check(call, { ...options, name });
    checkAddressLengths(call, options.address, segment);
    const index = engineOf(this.#namespace.lab).nextIndex();
    return { namespace: this.#namespace, index, name, mac: mac?.toLowerCase() ?? macOf(index), kind, segment };
  }

  /** What {@link plan} can check before there is a segment: a call that fails must leave no segment behind. */
  check(call: string, { name, mac, mtu, address, taken = [] }: NewInterface): void {
    if (name !== undefined) {
      checkInterfaceName(call, name);
      if (this.#all.some((other) => other.name === name) || name === 'lo' || taken.includes(name))
        throw new UsageError(`${call}: ${this.#namespace} has an interface of the name ${show(name)} already`);
    }
    if (mac !== undefined) checkMac(call, 'mac', mac);
    checkMtu(call, mtu);
    checkAddressOption(call, address);
  }

  /** Adds an interface that the lab has made, and sets its timers, addresses and routes. */
  add<T extends Interface>(
    device: T,
    {
      address,
      mtu = 1500,
      families = [4, 6],
    }: {
      address: AddressOption | undefined;
      mtu?: number | undefined;
      families?: readonly Family[];
    },
  ): T {
    this.#all.push(device);
    if (this.#namespace.role === 'switch') return device;
    // That of its link, at least.
    engineOf(this.#namespace).joining();
    finishOrRemove(device, () => unwatched(() => this.#settleIn(device, address, { families, mtu })));
    return device;
  }

  /** Registers an interface that other software made. Only its neighbour timers are changed. */
  register(device: Interface): void {
    this.#all.push(device);
    if (this.#namespace.role === 'switch') return;
    const { rtnetlink } = engineOf(this.#namespace);
    // A device without IPv6 has no such table (neightbl_set).
    for (const family of FAMILIES) unlessCode(['ENOENT'], () => rtnetlink.change(...this.#timersOf(device, [family])));
    for (const address of device.address.list()) {
      device.segment?.reserve(address);
      engineOf(this.#namespace.lab).addresses.give(address, device);
    }
    engineOf(this.#namespace).joining();
  }

  #settleIn(
    device: Interface,
    address: AddressOption | undefined,
    { families, mtu }: { families: readonly Family[]; mtu: number },
  ): void {
    const possible: readonly Family[] = mtu < IPV6_MIN_MTU ? [4] : [4, 6];
    const given = families.filter((family) => possible.includes(family));
    assignAddresses(device, address, { families: given, before: this.#timersOf(device, possible) });
    giveDefaultRoutes(device);
  }

  /** Short timers: a neighbour is asked for again soon, and given up soon. */
  #timersOf({ index }: Interface, families: readonly Family[]): Request[] {
    if (this.#namespace.lab.defaults === 'kernel') return [];
    return families.map((family) => ipNtable.change({ family, device: index, ...NEIGHBOUR_TIMERS }));
  }

  /** Removes an interface that has been deleted. */
  remove(device: Interface): void {
    const at = this.#all.indexOf(device);
    if (at >= 0) this.#all.splice(at, 1);
  }

  #freeName(base: string, taken: readonly string[]): string {
    const names = new Set([...taken, ...this.#all.map(({ name }) => name)]);
    for (let number = 0; ; number++) {
      const name = `${base}${number}`;
      if (!names.has(name) && !FALLBACK_TUNNELS.test(name)) return name;
    }
  }
}

/** A locally administered address from the device's index: the same in every run, so messages can be compared. */
export function macOf(index: number): string {
  return `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`;
}

/**
 * Gives the hosts of a segment a default gateway: its first router that has an address on the host's subnet. A host that
 * has a default route keeps it, and one whose interface is down gets none.
 */
function giveDefaultRoutes(device: Interface): void {
  const { segment, namespace } = device;
  if (!segment) return;
  segment.devices.push(device);
  const live = segment.devices.filter(({ deleted }) => !deleted);
  const routers = live.filter((other) => other.namespace.role === 'router');
  if (routers.length === 0) return;
  const offered = routers.flatMap(({ address }) => address.list()).filter(isRoutable);
  const hosts = namespace.role === 'router' ? live : [device];
  for (const host of hosts) {
    if (host.namespace.role === 'host') for (const family of FAMILIES) giveDefaultRoute(host, offered, family);
  }
}

function giveDefaultRoute(host: Interface, offered: readonly AddressState[], family: Family): void {
  const own = host.address.list().filter((address) => address.family === family && isRoutable(address));
  // A next hop must be on a link that is up (fib_check_nh).
  if (!host.state().up) return;
  // One on another subnet would be refused.
  const via = offered.find(({ address }) => own.some((prefix) => contains(prefix, address)));
  if (!via) return;
  const { route } = host.namespace;
  if (route.list({ family, type: 'unicast' }).some(({ to }) => to === 'default')) return;
  route.add({ to: 'default', via: via.address });
}
