import { checkBoolean, checkIp, checkOneOf, checkOptions, checkPrefix, show, UsageError } from '../kernel/validate.ts';
import { type AddressState, ipAddress, isRoutable } from '../netlink/address.ts';
import type { Request } from '../netlink/request.ts';
import type { Family, Prefix } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';
import { checkAlive } from './interface-state.ts';
import type { Segment } from './segment.ts';
import { change, watcher, words } from './watcher.ts';

/** What `address` of a new interface may be: `false` for none; without it the segment gives one of each family. */
export type AddressOption = string | readonly string[] | false;

/** Checks what an interface that is about to be made is to have, as far as it can be told without its segment. */
export function checkAddressOption(call: string, option: unknown): asserts option is AddressOption | undefined {
  if (option === undefined || option === false) return;
  if (typeof option !== 'string' && !Array.isArray(option)) {
    throw new UsageError(
      `${call}: address must be an address such as '10.0.0.1/24', a list of them, or false for none: received ${show(option)}`,
    );
  }
  for (const text of [option].flat()) parseAddress(call, text);
}

/** The rest, once the segment is known: it has the length of an address that is given without. */
export function checkAddressLengths(
  call: string,
  option: AddressOption | undefined,
  segment: Segment | undefined,
): void {
  if (option === undefined || option === false) return;
  for (const text of [option].flat()) prefixIn(segment, call, text);
}

/** The addresses of one interface, as `ip address` has them. */
export class AddressList {
  readonly #interface: Interface;

  constructor(owner: Interface) {
    this.#interface = owner;
  }

  /**
   * Adds an address.
   *
   * @param text `10.0.0.1/24`; without a length it has the one of the segment's subnet
   * @param options `dad: true` lets IPv6 look for duplicates first (1 to 2 s), which a lab does without unless it has the
   * kernel's defaults; `dad: false` does without there, too
   * @example ns1.interface('m1').address.add('10.0.0.101/24')
   */
  add(text: string, options?: { dad?: boolean }): void {
    change(
      () => `${this.#interface}.address.add(${words(text, options)})`,
      () => this.#add(text, options),
      undefined,
    );
  }

  #add(text: string, options: { dad?: boolean } = {}): void {
    checkAlive(this.#interface, 'address.add');
    const call = `${this.#interface}.address.add`;
    checkOptions(call, options, ['dad']);
    checkBoolean(call, 'dad', options.dad);
    const prefix = prefixIn(this.#interface.segment, call, text);
    const { namespace, name } = this.#interface;
    // accept_dad is 0 on a lab's interfaces, so that link-local addresses serve at once (addrconf_dad_begin).
    if (options.dad && prefix.family === 6 && namespace.lab.defaults !== 'kernel')
      namespace.sysctl.set(`net/ipv6/conf/${name}/accept_dad`, 1);
    namespace.rtnetlink.change(this.#request(prefix, options));
    this.#added(prefix);
  }

  #request(prefix: Prefix, options: { dad?: boolean } = {}): Request {
    const { dad = this.#interface.namespace.lab.defaults === 'kernel' } = options;
    // RFC 4862 section 5.4: IPv6 looks for duplicates, unless it is told not to.
    const nodad = prefix.family === 6 && !dad ? { nodad: true } : {};
    return ipAddress.add(
      { ...prefix, ...nodad, index: this.#interface.index },
      {
        EEXIST: 'the interface has this address already',
        EADDRINUSE: 'another ipvlan of the same parent has this address (ipvlan_addr_busy)',
      },
    );
  }

  #added(prefix: Prefix): void {
    const { namespace, segment } = this.#interface;
    if (prefix.family === 6) namespace.joining();
    segment?.reserve(prefix);
    namespace.lab.addresses.give(prefix, this.#interface);
  }

  /** Takes an address away. @throws KernelError `EADDRNOTAVAIL` when the interface does not have it */
  delete(text: string): void {
    change(
      () => `${this.#interface}.address.delete(${words(text)})`,
      () => this.#delete(text),
      undefined,
    );
  }

  #delete(text: string): void {
    checkAlive(this.#interface, 'address.delete');
    const prefix = prefixIn(this.#interface.segment, `${this.#interface}.address.delete`, text);
    const { namespace, index } = this.#interface;
    const causes = { EADDRNOTAVAIL: () => `${this.#interface} has no such address; it has ${this.#summary()}` };
    namespace.rtnetlink.change(ipAddress.delete({ ...prefix, index }, causes));
    namespace.lab.addresses.delete(prefix.address);
  }

  /** What the kernel has now, IPv6 link-local addresses too. */
  list(): AddressState[] {
    checkAlive(this.#interface, 'address.list');
    watcher()?.asked();
    const { namespace, index } = this.#interface;
    return namespace.rtnetlink.list(ipAddress.all()).filter((address) => address.index === index);
  }

  /** The first address that serves beyond its link, or undefined. */
  first(family: Family): AddressState | undefined {
    checkAlive(this.#interface, 'address.first');
    checkOneOf(`${this.#interface}.address.first`, 'family', family, [4, 6]);
    return this.list().find((address) => address.family === family && isRoutable(address));
  }

  /**
   * Gives a new interface its addresses: what the spec says, else the segment's next, of the families that it has.
   *
   * @param before what is to be changed first, by the same send
   *
   * @internal
   */
  assign(option: AddressOption | undefined, families: readonly Family[], before: readonly Request[]): void {
    const prefixes = this.#chosen(option, families);
    this.#interface.namespace.rtnetlink.change(...before, ...prefixes.map((prefix) => this.#request(prefix)));
    for (const prefix of prefixes) this.#added(prefix);
  }

  #chosen(option: AddressOption | undefined, families: readonly Family[]): Prefix[] {
    const { segment } = this.#interface;
    if (option === false) return [];
    if (option === undefined) return (segment?.next() ?? []).filter(({ family }) => families.includes(family));
    return [option].flat().map((text) => prefixIn(segment, `${this.#interface}.address.add`, text));
  }

  #summary(): string {
    return (
      this.list()
        .map(({ address, length }) => `${address}/${length}`)
        .join(', ') || 'none'
    );
  }
}

/** Undefined for an address without a length. */
function parseAddress(call: string, text: unknown): Prefix | undefined {
  if (typeof text === 'string' && text.includes('/')) return checkPrefix(call, 'address', text);
  checkIp(call, 'address', text);
  return undefined;
}

function prefixIn(segment: Segment | undefined, call: string, text: string): Prefix {
  const prefix = parseAddress(call, text);
  if (prefix) return prefix;
  const length = segment?.lengthFor(text);
  if (length !== undefined) return checkPrefix(call, 'address', `${text}/${length}`);
  throw new UsageError(
    `${call}: address ${text} is in no subnet of its segment, so it needs a prefix length: '${text}/24'`,
  );
}
