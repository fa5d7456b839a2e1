import { AF_BRIDGE } from '../../kernel/constants.ts';
import { flag, ip, mac } from '../../netlink/codec/scalars.ts';
import { from } from '../../netlink/codec/value-rule.ts';
import { bridgeFdb, type FdbEntry as FdbState } from '../../netlink/routing/neighbour.ts';
import { describeEntry, nameIn, nameOrNone } from './entry-kind.ts';
import { deviceName } from './fields.ts';

/** An entry of a forwarding database, as `bridge fdb` has it. */
export interface ForwardingEntry extends Omit<Required<FdbState>, 'device' | 'bridge' | 'via'> {
  /** The port behind which the address is; for entries of a device's own list, and of a tunnel, the device itself. */
  port: string;
  /** The bridge; undefined: the device's own list (`self`). */
  bridge: string | undefined;
  /** For a tunnel: the interface that the outer packets leave by. */
  via: string | undefined;
}

const vni = from(0, 2 ** 24 - 1);

export const fdbEntry = describeEntry<FdbState, ForwardingEntry>({
  noun: 'fdb entry',
  monitored: ['fdb', 'link'],
  family: bridgeFdb,
  isTold: (family) => family === AF_BRIDGE,
  fields: {
    ...{ mac, port: deviceName, bridge: deviceName, vlan: from(1, 4094), to: ip },
    ...{ permanent: flag, local: flag, sticky: flag, locked: flag, externLearn: flag, router: flag },
    ...{ udpPort: from(1, 65535), vni, srcVni: vni, via: deviceName, nhid: from(1, 2 ** 32 - 1) },
  },
  entries: ({ mac: address, device, bridge, externLearn = false, router = false, ...entry }, names) => [
    {
      ...{ ...entry, mac: address, port: nameIn(names, device), bridge: nameOrNone(names, bridge) },
      ...{ externLearn, router, udpPort: entry.udpPort, vni: entry.vni, srcVni: entry.srcVni, nhid: entry.nhid },
      via: nameOrNone(names, entry.via),
    },
  ],
  isOf: ({ port, bridge }, device) => port === device || bridge === device,
});
