import { AF_BRIDGE } from '../../kernel/constants.ts';
import { flag, ip, mac } from '../../netlink/codec/scalars.ts';
import { word } from '../../netlink/codec/value-rule.ts';
import { ipNeighbour, NEIGHBOUR_STATES, type Neighbour } from '../../netlink/routing/neighbour.ts';
import { describeEntry, nameIn } from './entry-kind.ts';
import { deviceName } from './fields.ts';

/** An entry of the ARP or ND table, as `ip neighbour` has it. */
export interface NeighbourEntry extends Omit<Neighbour, 'device' | 'protocol'> {
  /** The interface that it is on. */
  dev: string;
}

export const neighbourEntry = describeEntry<Neighbour, NeighbourEntry>({
  noun: 'neighbour',
  monitored: ['neighbour', 'link'],
  family: ipNeighbour,
  isTold: (family) => family !== AF_BRIDGE,
  // The kernel lists either (neigh_dump_info).
  requests: [ipNeighbour.all(), ipNeighbour.all({ proxy: true })],
  fields: {
    ...{ to: ip, lladdr: mac, dev: deviceName, state: word(...Object.keys(NEIGHBOUR_STATES)) },
    ...{ externLearn: flag, externValid: flag, managed: flag, router: flag, proxy: flag },
  },
  // As `ip neighbour` lists them: no entries that stand for groups and broadcasts.
  entries: ({ device, state, protocol: _, ...rest }, names) =>
    state === 'NOARP' ? [] : [{ ...rest, dev: nameIn(names, device), state }],
  isOf: ({ dev }, device) => dev === device,
});
