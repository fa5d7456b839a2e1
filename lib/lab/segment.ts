import { checkPrefix, UsageError } from '../base/validate.ts';
import { bytesToIp, contains, type Family, ipToBytes, networkOf, type Prefix } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';

/** The host numbers that a subnet leaves for hosts, at most; more hosts than this on one segment is a mistake. */
const MOST_HOSTS = 65534;

/** Networks that are no hosts': the kernel takes such addresses, and routes nothing to them, or not as to a host. */
const RESERVED: readonly { prefix: Prefix; of: string }[] = [
  { prefix: { address: '0.0.0.0', length: 8, family: 4 }, of: 'this network, RFC 1122' },
  { prefix: { address: '127.0.0.0', length: 8, family: 4 }, of: 'loopback' },
  { prefix: { address: '224.0.0.0', length: 4, family: 4 }, of: 'multicast' },
  { prefix: { address: '240.0.0.0', length: 4, family: 4 }, of: 'reserved, and broadcast' },
  { prefix: { address: '::', length: 96, family: 6 }, of: 'unspecified, and loopback' },
  { prefix: { address: '::ffff:0:0', length: 96, family: 6 }, of: 'IPv4-mapped' },
  { prefix: { address: 'fe80::', length: 10, family: 6 }, of: 'link-local' },
  { prefix: { address: 'ff00::', length: 8, family: 6 }, of: 'multicast' },
];

/**
 * One layer 2 segment: everything that hears one broadcast. It has an IPv4 and an IPv6 subnet of its own and gives out
 * addresses; a host has the same number in both.
 */
export class Segment {
  readonly name: string;
  readonly subnets: readonly Prefix[];
  /** The hosts' and routers' devices that were plugged in, in their order. */
  readonly devices: Interface[] = [];
  readonly #used = new Set<number>();

  /**
   * @param number 0 for the lab's first: `10.0.0.0/24` and `fd00::/64`, then `10.0.1.0/24` and `fd00:0:0:1::/64` …
   * @param subnets other subnets, at most one of each family
   */
  constructor(name: string, number: number, subnets?: readonly string[]) {
    this.name = name;
    this.subnets = subnets ? subnets.map((subnet) => checkSubnet(name, subnet)) : defaultSubnets(number);
    const families = this.subnets.map(({ family }) => family);
    if (new Set(families).size < families.length) {
      throw new UsageError(
        `switch ${name}: subnets must be at most one of IPv4 and one of IPv6: received ${subnets?.join(', ')}`,
      );
    }
  }

  get #most(): number {
    return Math.min(MOST_HOSTS, ...this.subnets.map(({ family, length }) => hostsOf(family, length)));
  }

  /** Whether nobody has an address here yet. */
  get unused(): boolean {
    return this.#used.size === 0;
  }

  /** The next free address of each subnet. */
  next(): Prefix[] {
    const free = this.peek();
    for (const address of free) this.reserve(address);
    if (free.length > 0) return free;
    throw new UsageError(
      `segment ${this.name}: all ${this.#most} addresses of ${this.describe()} are given out; give its switch a larger subnet: ` +
        `lab.switch('${this.name}', { subnets: ['10.0.0.0/16', 'fd00::/64'] })`,
    );
  }

  /** The next free address of each subnet, which stays free; none where all are given out. */
  peek(): Prefix[] {
    const most = this.#most;
    for (let host = 1; host <= most; host++) {
      if (!this.#used.has(host)) return this.subnets.map((subnet) => ({ ...subnet, address: addHost(subnet, host) }));
    }
    return [];
  }

  /** Takes an address that a spec chose out of those to be given out. */
  reserve(address: Prefix): void {
    const subnet = this.subnets.find((candidate) => contains(candidate, address.address));
    if (subnet) this.#used.add((lastBits(address) - lastBits(subnet)) & 0xffff);
  }

  /** The prefix length that an address without one has here; undefined outside of the subnets. */
  lengthFor(address: string): number | undefined {
    return this.subnets.find((subnet) => contains(subnet, address))?.length;
  }

  /** Whether an address could belong to both. */
  overlaps(other: Segment): boolean {
    return this.subnets.some((own) =>
      other.subnets.some((each) => contains(own, each.address) || contains(each, own.address)),
    );
  }

  /** Its subnets, in words. */
  describe(): string {
    return this.subnets.map(({ address, length }) => `${address}/${length}`).join(' and ');
  }
}

/** Whether two devices hear each other's broadcasts. */
export function areOnOneLink(one: Interface, other: Interface): boolean {
  return one.peer === other || (one.segment !== undefined && one.segment === other.segment);
}

function defaultSubnets(number: number): Prefix[] {
  return [
    { address: `10.${number >> 8}.${number & 255}.0`, length: 24, family: 4 },
    { address: bytesToIp(ipToBytes(`fd00:0:0:${number.toString(16)}::`)), length: 64, family: 6 },
  ];
}

function checkSubnet(name: string, text: string): Prefix {
  const subnet = checkPrefix(`switch ${name}`, 'subnets', text, 'networks such as 10.1.0.0/16 and fd01::/64');
  if (hostsOf(subnet.family, subnet.length) < 1) {
    throw new UsageError(`switch ${name}: subnets must leave room for hosts: received ${text}`);
  }
  const reserved = RESERVED.find(({ prefix }) => contains(prefix, subnet.address) || contains(subnet, prefix.address));
  if (reserved) {
    const { prefix, of } = reserved;
    throw new UsageError(
      `switch ${name}: subnets must be of addresses that hosts can have and be reached at, so have nothing of ` +
        `${prefix.address}/${prefix.length} (${of}): received ${text}`,
    );
  }
  const network = networkOf(subnet);
  if (network !== subnet.address) {
    throw new UsageError(
      `switch ${name}: subnets must have host bits of zero, such as ${network}/${subnet.length}: received ${text}`,
    );
  }
  return subnet;
}

/** How many hosts fit: all but the subnet's own and the broadcast address; a /31 has two (RFC 3021), but no number 0 here. */
function hostsOf(family: Family, length: number): number {
  return 2 ** Math.min((family === 4 ? 32 : 128) - length, 24) - 2;
}

/** The last 16 bits: enough for {@link MOST_HOSTS}. A host's number is what they are above its subnet's. */
function lastBits({ address }: Prefix): number {
  const bytes = ipToBytes(address);
  return bytes.readUInt16BE(bytes.length - 2);
}

function addHost(subnet: Prefix, host: number): string {
  const bytes = ipToBytes(subnet.address);
  const at = bytes.length - 2;
  bytes.writeUInt16BE((bytes.readUInt16BE(at) + host) & 0xffff, at);
  return bytesToIp(bytes);
}
