import { checkInteger, checkIp, checkOneOf, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import { bridgeMdb, type MdbEntry } from '../../netlink/bridge/mdb.ts';
import { familyOf, isMulticastIp } from '../../wire/ip-address.ts';
import { isGroupMac, isMac } from '../../wire/mac-address.ts';
import type { Bridge } from '../bridge.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { showDevice } from '../making/linked-devices.ts';

/** A member of a group, in the words of `bridge mdb add`. */
export interface MdbMember {
  /** An IPv4 or IPv6 group, or a group MAC address. */
  group: string;
  /** A port of the bridge; or the bridge itself, for its own host. */
  port: Interface;
  /** The VLAN of the entry, 1 to 4094. @default untagged frames, and every VLAN of the port */
  vlan?: number;
  /** The only source of the entry; it counts with IGMPv3 and MLDv2 (`mcastIgmpVersion`). @default any */
  src?: string;
}

/** An entry of a bridge's multicast database. */
export interface MdbPortEntry extends Pick<MdbEntry, 'src' | 'filterMode' | 'sourceList' | 'blocked'> {
  group: string;
  port: Interface;
  /** `temp`: a host has joined, and must report it again from time to time. */
  state: MdbEntry['state'];
  /** The VLAN of the entry; undefined: untagged frames. */
  vlan: number | undefined;
}

const STATES = ['permanent', 'temp'] as const;
const RULE = 'a group, such as 239.1.1.1, ff15::1 or 01:00:00:00:00:07';

/**
 * The multicast database of a bridge, as `bridge mdb` has it: which ports get the frames of a group. It counts while
 * `mcastSnooping` is on, and for IP groups only while there is a querier (`br_multicast_querier_exists`).
 */
export class Mdb {
  readonly #bridge: Bridge;
  readonly #name: string;

  /** @param name what errors call the bridge: a switch, or the device */
  constructor(bridge: Bridge, name = String(bridge)) {
    this.#bridge = bridge;
    this.#name = name;
  }

  /** The entries that the kernel has now: those that were added, and those of hosts that joined. */
  list(): MdbPortEntry[] {
    const { namespace, index } = this.#bridge;
    ask(`${this.#name}.mdb.list`, this.#bridge);
    const all = engineOf(namespace).rtnetlink.list(bridgeMdb.all());
    return all
      .flatMap(({ entries }) => entries)
      .flatMap(({ bridge, port: at, vid, ...entry }) => {
        const port = this.#members.find((each) => each.index === at);
        return port && bridge === index ? [{ ...entry, port, vlan: vid === 0 ? undefined : vid }] : [];
      });
  }

  /**
   * Adds an entry, `permanent` unless `state` is `temp`: such an entry ends like that of a host that joined. For an IP
   * group the bridge itself can have only a `temp` entry.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses: snooping has to be on
   * @example sw.mdb.add({ group: '239.1.1.1', port })
   */
  add(member: MdbMember & { state?: (typeof STATES)[number] }): void {
    change(`${this.#name}.mdb.add`, this.#bridge.namespace, [member], (call) => {
      this.#check(call, member, ['group', 'port', 'vlan', 'src', 'state']);
      // Of the bridge itself groups of IP are temporary, and those by MAC addresses are always permanent (br_mdb_add_group).
      const usual = member.port === this.#bridge && familyOf(member.group) ? 'temp' : 'permanent';
      const state = checkOneOf(call, 'state', member.state ?? usual, STATES);
      const causes = {
        EINVAL: 'snooping is off, or the bridge is down: set({ mcastSnooping: true }) (br_mdb_add)',
        EEXIST: 'there is such an entry already',
      };
      engineOf(this.#bridge.namespace).rtnetlink.change(bridgeMdb.add({ ...this.#entry(member), state }, causes));
    });
  }

  /** Deletes an entry, also one of a host that joined. @throws KernelError when there is none */
  delete(member: MdbMember): void {
    change(`${this.#name}.mdb.delete`, this.#bridge.namespace, [member], (call) => {
      this.#check(call, member, ['group', 'port', 'vlan', 'src']);
      const causes = { EINVAL: 'there is no such entry (br_mdb_del)', ENOENT: 'there is no such entry' };
      engineOf(this.#bridge.namespace).rtnetlink.change(bridgeMdb.delete(this.#entry(member), causes));
    });
  }

  get #members(): readonly Interface[] {
    return [...this.#bridge.ports, this.#bridge];
  }

  #entry({ group, port, vlan = 0, src }: MdbMember) {
    return { bridge: this.#bridge.index, port: port.index, group: group.toLowerCase(), vid: vlan, src };
  }

  #check(call: string, member: MdbMember, options: readonly string[]): void {
    checkOptions(call, member, options);
    checkGroup(call, member.group);
    checkInteger(call, 'vlan', member.vlan, 1, 4094);
    if (member.src !== undefined) checkSource(call, member.group, member.src);
    if (this.#members.some((each) => each === member.port)) return;
    throw new UsageError(
      `${call}: port must be a port of ${this.#name}, or its bridge: received ${showDevice(member.port)}`,
    );
  }
}

/** Of a group of IP (`is_valid_mdb_source`). */
function checkSource(call: string, group: string, src: unknown): void {
  checkIp(call, 'src', src);
  if (familyOf(group) === familyOf(src as string) && !isMulticastIp(src as string)) return;
  throw wrongOption(call, 'src', `the address of a host that sends to the group ${group}`, src);
}

/** @throws UsageError for what is no group */
export function checkGroup(call: string, group: unknown): asserts group is string {
  if (typeof group === 'string') {
    if (familyOf(group) ? isMulticastIp(group) : isMac(group) && isGroupMac(group)) return;
  }
  throw wrongOption(call, 'group', RULE, group);
}
