import { AF_BRIDGE } from '../../kernel/constants.ts';
import { bridgeFdb, type FdbEntry as FdbState } from '../../netlink/neighbour.ts';
import { describeEntry, nameIn, nameOrNone } from './entry-kind.ts';
import { deviceName, flag, ip, mac, whole } from './fields.ts';

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
  /** It was not learnt. */
  permanent: boolean;
  /** The bridge takes its frames for itself. */
  local: boolean;
  /** It does not move to the port that it is heard at. */
  sticky: boolean;
}

export const fdbEntry = describeEntry<FdbState, ForwardingEntry>({
  noun: 'fdb entry',
  monitored: ['fdb', 'link'],
  message: 28,
  isTold: (family) => family === AF_BRIDGE,
  requests: [bridgeFdb.all()],
  fields: {
    ...{ mac, port: deviceName, bridge: deviceName, vlan: whole, to: ip },
    ...{ permanent: flag, local: flag, sticky: flag },
  },
  entries: ({ mac: address, device, bridge, vlan, to, permanent, local, sticky }, names) => [
    {
      ...{ mac: address, port: nameIn(names, device), bridge: nameOrNone(names, bridge), vlan, to },
      ...{ permanent, local, sticky },
    },
  ],
  isOf: ({ port, bridge }, device) => port === device || bridge === device,
});
