import { AF_BRIDGE } from '../../kernel/constants.ts';
import { ipNeighbour, type Neighbour, type NeighbourState } from '../../netlink/neighbour.ts';
import { describeEntry, nameIn } from './entry-kind.ts';
import { deviceName, flag, ip, mac, word } from './fields.ts';

/** An entry of the ARP or ND table, as `ip neighbour` has it. */
export interface NeighbourEntry {
  /** The neighbour's IP address. */
  to: string;
  /** Its MAC address; none while it is being asked for. */
  lladdr: string | undefined;
  /** The interface that it is on. */
  dev: string;
  state: NeighbourState;
  /** A control plane added it (`extern_learn`), or vouches for it (`extern_valid`). */
  externLearn: boolean;
  externValid: boolean;
  /** The kernel asks for its address again and again. */
  managed: boolean;
  /** It is an IPv6 router (RFC 4861). */
  router: boolean;
  /** The namespace answers for the address, though it has it not. */
  proxy: boolean;
}

const STATES = ['NONE', 'INCOMPLETE', 'REACHABLE', 'STALE', 'DELAY', 'PROBE', 'FAILED', 'NOARP', 'PERMANENT'];

export const neighbourEntry = describeEntry<Neighbour, NeighbourEntry>({
  noun: 'neighbour',
  monitored: ['neighbour', 'link'],
  message: 28,
  isTold: (family) => family !== AF_BRIDGE,
  // The kernel lists either (neigh_dump_info).
  requests: [ipNeighbour.all(), ipNeighbour.all({ proxy: true })],
  fields: {
    ...{ to: ip, lladdr: mac, dev: deviceName, state: word(...STATES) },
    ...{ externLearn: flag, externValid: flag, managed: flag, router: flag, proxy: flag },
  },
  // As `ip neighbour` lists them: no entries that stand for groups and broadcasts.
  entries: ({ device, state, ...rest }, names) =>
    state === 'NOARP' ? [] : [{ ...rest, dev: nameIn(names, device), state }],
  isOf: ({ dev }, device) => dev === device,
});
