import { AF_BRIDGE } from '../../kernel/constants.ts';
import { bridgeFdb, type FdbEntry as FdbState } from '../../netlink/neighbour.ts';
import { describeEntry, nameIn, nameOrNone } from './entry-kind.ts';
import { deviceName, flag, from, ip, mac } from './fields.ts';

/** An entry of a forwarding database, as `bridge fdb` has it. */
export interface ForwardingEntry {
  mac: string;
  /** The port behind which the address is; the device itself for the addresses that it lets in, and of a tunnel. */
  port: string;
  /** The bridge; undefined: the device's own list (`self`). */
  bridge: string | undefined;
  /** Undefined: frames without a tag. */
  vlan: number | undefined;
  /** Of a tunnel: the address of the host that its frames are sent to. */
  to: string | undefined;
  /** It was not learnt, and does not age: what `bridge fdb` calls `static` or `permanent`. */
  permanent: boolean;
  /** The bridge takes its frames for itself: what `bridge fdb` calls `permanent`. */
  local: boolean;
  /** It does not move to the port that it is heard at. */
  sticky: boolean;
  /** A locked port has heard it, and lets in nothing of it (`mab`). */
  locked: boolean;
  /** A control plane added it. */
  externLearn: boolean;
  /** Of a tunnel: the address is a router's. */
  router: boolean;
  /** Of a tunnel, where they are not the device's own: the UDP port and the network identifier at the remote end. */
  udpPort: number | undefined;
  vni: number | undefined;
  /** Of an `external` tunnel: the identifier that the entry is for. */
  srcVni: number | undefined;
  /** Of a tunnel: the interface that the outer packets leave by. */
  via: string | undefined;
  /** Of a tunnel: the nexthop group that has the remote ends. */
  nhid: number | undefined;
}

const vni = from(0, 2 ** 24 - 1);

export const fdbEntry = describeEntry<FdbState, ForwardingEntry>({
  noun: 'fdb entry',
  monitored: ['fdb', 'link'],
  message: 28,
  isTold: (family) => family === AF_BRIDGE,
  requests: [bridgeFdb.all()],
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
