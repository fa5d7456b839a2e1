import { u8, u32 } from '../kernel/bytes.ts';
import { decodeAttributes } from '../netlink/attribute.ts';
import { addLink, setLink } from '../netlink/link.ts';
import { addFdbEntry, deleteFdbEntry, type FdbEntry, listFdb } from '../netlink/neighbour.ts';
import { Interface } from './interface.ts';
import type { Lab } from './lab.ts';
import { Namespace } from './namespace.ts';
import { Port } from './port.ts';
import type { Segment } from './segment.ts';
import { checkBoolean, checkInteger, checkMac, checkOptions, show, UsageError } from './validate.ts';
import { change, watcher, words } from './watcher.ts';

// enum IFLA_BR_*, linux/if_link.h
const IFLA_BR_AGEING_TIME = 4;
const IFLA_BR_STP_STATE = 5;
const IFLA_BR_MCAST_SNOOPING = 23;

/** clock_t ticks a second, in which the bridge's times are (`USER_HZ`). */
const USER_HZ = 100;

/** A new switch, in the words of `ip link add … type bridge` (camel-cased). */
export interface SwitchOptions {
  /** Seconds until an address that is not heard again is forgotten. @default 300 */
  ageingTime?: number;
  /** Spanning tree. @default false */
  stp?: boolean;
  /**
   * Multicast only to ports that joined a group. Off, unlike in a bridge made by hand, so that a switch says nothing of
   * its own and forwards groups as it does broadcast. @default false
   */
  mcastSnooping?: boolean;
  /** The subnets of the segment, at most one of each family. @default the lab's next `10.0.n.0/24` and `fd00:0:0:n::/64` */
  subnets?: readonly string[];
}

/** A bridge's settings as the kernel has them (`IFLA_INFO_DATA`), in the words of {@link SwitchOptions}. */
export function bridgeSettings(data: Buffer) {
  const attributes = decodeAttributes(data);
  return {
    ageingTime: (attributes.get(IFLA_BR_AGEING_TIME)?.readUInt32LE(0) ?? 300 * USER_HZ) / USER_HZ,
    stp: (attributes.get(IFLA_BR_STP_STATE)?.readUInt32LE(0) ?? 0) !== 0,
    mcastSnooping: attributes.get(IFLA_BR_MCAST_SNOOPING)?.[0] === 1,
  };
}

/** Makes a switch, with a segment of its own; {@link Lab.switch} is this. */
export function addSwitch(lab: Lab, name: string, options: SwitchOptions): Switch {
  const call = `lab.switch('${name}')`;
  checkOptions(call, options, ['ageingTime', 'stp', 'mcastSnooping', 'subnets']);
  const { ageingTime, stp, mcastSnooping, subnets } = options;
  checkInteger(call, 'ageingTime', ageingTime, 0, 1_000_000);
  checkBoolean(call, 'stp', stp);
  checkBoolean(call, 'mcastSnooping', mcastSnooping);
  if (subnets !== undefined && (!Array.isArray(subnets) || subnets.length === 0)) {
    throw new UsageError(
      `${call}: subnets must be a list such as ['10.1.0.0/16', 'fd01::/64']: received ${show(subnets)}`,
    );
  }
  return lab.segments.addFor(name, (segment) => new Switch(lab, name, segment, options), subnets);
}

/** A namespace that holds one Linux bridge, `br0`: one layer 2 segment. */
export class Switch extends Namespace {
  /**
   * ifindex of the bridge.
   *
   * @internal
   */
  readonly bridge: number;
  /** Where the addresses of what is plugged in come from. */
  segment: Segment;

  constructor(lab: Lab, name: string, segment: Segment, { ageingTime, stp, mcastSnooping = false }: SwitchOptions) {
    super(lab, name, 'switch');
    this.segment = segment;
    this.bridge = lab.nextIndex();
    addLink(
      this.rtnetlink,
      { index: this.bridge, name: 'br0', up: true },
      {
        kind: 'bridge',
        data: [
          [IFLA_BR_AGEING_TIME, ageingTime === undefined ? undefined : u32(ageingTime * USER_HZ)],
          [IFLA_BR_STP_STATE, stp === undefined ? undefined : u32(stp ? 1 : 0)],
          [IFLA_BR_MCAST_SNOOPING, u8(mcastSnooping ? 1 : 0)],
        ],
      },
      {
        operation: `ip -n ${name} link add br0 type bridge`,
        causes: { EOPNOTSUPP: 'this kernel has no bridge: it needs CONFIG_BRIDGE (modprobe bridge)' },
      },
    );
  }

  /** The ports, in the order in which cables were plugged in. */
  get ports(): readonly Port[] {
    return this.interfaces.filter((device): device is Port => device instanceof Port);
  }

  /**
   * Makes a device that is here already a port of the bridge.
   *
   * @internal
   */
  join(device: Port): void {
    setLink(
      this.rtnetlink,
      device.index,
      { master: this.bridge },
      { operation: `ip -n ${this.name} link set ${device.name} master br0` },
    );
  }

  /** The forwarding database, as `bridge fdb` has it: which address is behind which port. */
  get fdb() {
    return {
      /** Entries of the ports; those of the bridge itself are left out. */
      list: (): (FdbEntry & { port: Port })[] => {
        this.checkOpen('fdb.list');
        watcher()?.asked();
        const operation = { operation: `bridge -n ${this.name} fdb show br br0` };
        return listFdb(this.rtnetlink, this.bridge, operation).flatMap((entry) => {
          const port = this.ports.find(({ index }) => index === entry.device);
          return port ? [{ ...entry, port }] : [];
        });
      },
      /** Makes a static entry. */
      add: (mac: string, port: Port): void => {
        const add = () => {
          this.#checkEntry('add', mac, port);
          addFdbEntry(this.rtnetlink, port.index, mac, {
            operation: `bridge -n ${this.name} fdb replace ${mac} dev ${port.name} master static`,
          });
        };
        change(() => `${this.name}.fdb.add(${words(mac, port)})`, add, undefined);
      },
      /** @throws KernelError `ENOENT` when there is no such entry */
      delete: (mac: string, port: Port): void => {
        const remove = () => {
          this.#checkEntry('delete', mac, port);
          deleteFdbEntry(this.rtnetlink, port.index, mac, {
            operation: `bridge -n ${this.name} fdb del ${mac} dev ${port.name} master`,
          });
        };
        change(() => `${this.name}.fdb.delete(${words(mac, port)})`, remove, undefined);
      },
    };
  }

  #checkEntry(method: 'add' | 'delete', mac: unknown, port: unknown): void {
    const call = `${this.name}.fdb.${method}`;
    this.checkOpen(`fdb.${method}`);
    checkMac(call, 'mac', mac);
    if (!(port instanceof Port) || port.namespace !== this) {
      throw new UsageError(
        `${call}: port must be a port of ${this.name}, such as an end of a cable there: received ${describePort(this, port)}`,
      );
    }
    if (port.deleted) throw new UsageError(`${call}: port ${port} has been deleted`);
  }
}

function describePort({ lab }: Switch, port: unknown): string {
  if (!(port instanceof Interface)) return show(port);
  return port.namespace.lab === lab ? `${port}` : `${port}, of another lab`;
}
