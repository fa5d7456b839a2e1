import { checkIp, checkOneOf, checkOptions } from '../../base/validate.ts';
import { type AddressState, ipAddress, isRoutable } from '../../netlink/address.ts';
import { listAddresses } from '../../netlink/list-addresses.ts';
import type { Family } from '../../wire/ip-address.ts';
import { deviceAt } from '../device-at.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change, watcher } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { checkAlive } from '../interface-state.ts';
import type { Namespace } from '../namespace.ts';
import { addAddress } from './add-address.ts';
import { prefixIn } from './address-option.ts';
import { type AddressAddOptions, parseAddressOptions } from './address-settings.ts';

/** The addresses of one interface, as `ip address` has them. */
export class AddressList {
  readonly #interface: Interface;

  constructor(owner: Interface) {
    this.#interface = owner;
  }

  /**
   * Adds an address.
   *
   * @param text `10.0.0.1/24`; without a length it has the length of the segment's subnet
   * @throws UsageError for a wrong option; KernelError `EEXIST` when the interface has the address already
   * @example ns1.interface('m1').address.add('10.0.0.101/24')
   * @example ppp0.address.add('10.1.0.1/32', { peer: '10.1.0.2', metric: 200 })
   */
  add(text: string, options: AddressAddOptions = {}): void {
    change(`${this.#interface}.address.add`, this.#interface, [text, options], (call) => {
      const prefix = prefixIn(this.#interface.segment, call, text);
      const settings = parseAddressOptions(call, options, prefix);
      const { namespace, name } = this.#interface;
      // accept_dad is 0 on a lab's interfaces, so that link-local addresses serve at once (addrconf_dad_begin).
      if (options?.dad && prefix.family === 6 && namespace.lab.defaults !== 'kernel')
        namespace.sysctl.set(`net/ipv6/conf/${name}/accept_dad`, 1);
      addAddress(this.#interface, prefix, settings);
    });
  }

  /**
   * Deletes an address.
   *
   * @param options `peer`: the far end of a point-to-point address, which the kernel tells addresses apart by
   * @throws KernelError `EADDRNOTAVAIL` when the interface does not have it
   */
  delete(text: string, options: { peer?: string } = {}): void {
    change(`${this.#interface}.address.delete`, this.#interface, [text, options], (call) => {
      checkOptions(call, options, ['peer']);
      const { peer } = options;
      if (peer !== undefined) checkIp(call, 'peer', peer);
      const prefix = prefixIn(this.#interface.segment, call, text);
      const { namespace, index } = this.#interface;
      const causes = { EADDRNOTAVAIL: () => `${this.#interface} has no such address; it has ${this.#summary()}` };
      engineOf(namespace).rtnetlink.change(ipAddress.delete({ ...prefix, peer, index }, causes));
      engineOf(namespace.lab).addresses.delete(prefix.address);
    });
  }

  /** The addresses that the kernel has now, IPv6 link-local ones too. */
  list(): AddressState[] {
    return addressesOf([this.#interface]);
  }

  /** The first address with a scope beyond its link, or undefined. */
  first(family: Family): AddressState | undefined {
    const call = `${this.#interface}.address.first`;
    checkAlive(call, this.#interface);
    checkOneOf(call, 'family', family, [4, 6]);
    return addressesOf([this.#interface], family).find(isRoutable);
  }

  #summary(): string {
    return (
      this.list()
        .map(({ address, length, peer }) => (peer ? `${address} peer ${peer}/${length}` : `${address}/${length}`))
        .join(', ') || 'none'
    );
  }
}

/**
 * The addresses of several devices of one namespace, as {@link AddressList.list} returns them, or those of one family. The kernel is asked
 * only once.
 */
export function addressesOf(devices: readonly Interface[], family?: Family): AddressState[] {
  for (const device of devices) ask(`${device}.address.list`, device);
  const [first] = devices;
  return first ? inOrderOf(devices, allIn(first.namespace, family)) : [];
}

/**
 * All addresses of a namespace, or those of one family: first those of its interfaces, then those of devices that are no interface of
 * the lab, such as the loopback.
 */
export function addressesIn(namespace: Namespace, family?: Family): AddressState[] {
  const { interfaces } = namespace;
  const all = allIn(namespace, family);
  return [...inOrderOf(interfaces, all), ...all.filter(({ index }) => !deviceAt(namespace, index))];
}

function allIn(namespace: Namespace, family?: Family): AddressState[] {
  watcher()?.asked();
  return listAddresses(engineOf(namespace).rtnetlink, family);
}

function inOrderOf(devices: readonly Interface[], all: readonly AddressState[]): AddressState[] {
  return devices.flatMap(({ index }) => all.filter((address) => address.index === index));
}
