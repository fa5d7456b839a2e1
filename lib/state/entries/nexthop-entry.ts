import { flag, ip } from '../../netlink/codec/scalars.ts';
import { among, from, word } from '../../netlink/codec/value-rule.ts';
import { ipNexthop, type Nexthop, RESILIENT, type Resilience } from '../../netlink/routing/nexthop.ts';
import { encap } from './encap-field.ts';
import { type DeviceNames, describeEntry, nameOrNone } from './entry-kind.ts';
import { deviceName, inner } from './fields.ts';
import { endsCarrier, endsLinkOrAddress } from './silent-ends.ts';

/** A nexthop object, as `ip nexthop` has it: in the words in which a spec adds one. */
export interface NexthopEntry
  extends Pick<Nexthop, 'id' | 'family' | 'via' | 'onlink' | 'blackhole' | 'fdb' | 'encap'>,
    Resilience {
  dev: string | undefined;
  /** The members of a group, with their weights; undefined if it is not a group. */
  group: { id: number; weight: number }[] | undefined;
  /** How a group chooses a member: by hashes, or by buckets. */
  type: 'mpath' | 'resilient' | undefined;
}

const number32 = from(1, 2 ** 32 - 1);

export const nexthopFields = {
  ...{ id: number32, family: among(4, 6), via: ip, dev: deviceName, onlink: flag, blackhole: flag, fdb: flag },
  ...{ encap, group: inner({ id: number32, weight: from(1, 65535) }), type: word('mpath', 'resilient') },
  ...{ buckets: from(1, 65535), idleTimer: from(0, 2 ** 32 - 1), unbalancedTimer: from(0, 2 ** 32 - 1) },
};

export const nexthopEntry = describeEntry<Nexthop, NexthopEntry>({
  noun: 'nexthop',
  monitored: ['nexthop', 'link'],
  endsSilently: (message) => endsLinkOrAddress(message) || endsCarrier(message),
  family: ipNexthop,
  fields: nexthopFields,
  entries: (nexthop, names) => [nexthopOf(nexthop, names)],
  isOf: ({ dev }, device) => dev === device,
});

/** A nexthop of the kernel's with names in place of numbers. */
export function nexthopOf(
  { id, family, via, device, onlink, blackhole, fdb, encap: wrap, group, groupType, resilient }: Nexthop,
  names: DeviceNames,
): NexthopEntry {
  const isGroup = group.length > 0;
  return {
    ...{ id, family, via, dev: nameOrNone(names, device), onlink, blackhole, fdb, encap: wrap },
    group: isGroup ? group : undefined,
    type: isGroup ? (groupType === RESILIENT ? 'resilient' : 'mpath') : undefined,
    ...{
      buckets: resilient?.buckets,
      idleTimer: resilient?.idleTimer,
      unbalancedTimer: resilient?.unbalancedTimer,
    },
  };
}
