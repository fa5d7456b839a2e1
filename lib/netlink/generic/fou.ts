import { AF_INET, AF_INET6 } from '../../kernel/constants.ts';
import { familyNumber } from '../../kernel/sockets/socket-address.ts';
import type { Family } from '../../wire/ip-address.ts';
import { oneOf } from '../codec/one-of.ts';
import { be16, device, flag, ip4, ip6, u8 } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import { GenericFamily } from './generic-family.ts';

/** A UDP port whose datagrams the kernel unwraps: FOU has a packet of one protocol in each, GUE (draft-ietf-intarea-gue) says which. */
export interface FouPort {
  family: Family;
  port: number;
  /** The protocol of the packets in it (`IPPROTO_*`); undefined for GUE. */
  ipproto: number | undefined;
  /** The address that it is bound to; undefined for any. */
  local: string | undefined;
  /** The only sender. */
  peer: string | undefined;
  peerPort: number | undefined;
  /** The device that it is bound to, by its ifindex. */
  device: number | undefined;
}

/** `FOU_ENCAP_*`. */
const ENCAPS = { direct: 1, gue: 2 } as const;

export const fouAttributes = table({
  port: attribute('FOU_ATTR_PORT', 1, be16, { ifAbsent: 0 }),
  family: attribute('FOU_ATTR_AF', 2, u8, { ifAbsent: AF_INET }),
  ipproto: attribute('FOU_ATTR_IPPROTO', 3, u8),
  type: attribute('FOU_ATTR_TYPE', 4, oneOf(u8, 'FOU_ENCAP_', ENCAPS)),
  remcsumNopartial: attribute('FOU_ATTR_REMCSUM_NOPARTIAL', 5, flag),
  local4: attribute('FOU_ATTR_LOCAL_V4', 6, ip4),
  local6: attribute('FOU_ATTR_LOCAL_V6', 7, ip6),
  peer4: attribute('FOU_ATTR_PEER_V4', 8, ip4),
  peer6: attribute('FOU_ATTR_PEER_V6', 9, ip6),
  peerPort: attribute('FOU_ATTR_PEER_PORT', 10, be16),
  device: attribute('FOU_ATTR_IFINDEX', 11, device),
});

export const ipFou = new GenericFamily({
  command: ['ip', 'fou'],
  name: 'fou',
  needs: 'CONFIG_NET_FOU (modprobe fou)',
  attributes: fouAttributes,
  commands: { add: 1, delete: 2, list: 3 },
  complete: ({ family, port, ipproto, local, peer, peerPort, device: index }: FouPort, verb) => ({
    ...{ port, family: familyNumber(family), peerPort, device: index },
    ...(verb === 'add'
      ? ipproto === undefined
        ? { type: 'gue' as const }
        : { type: 'direct' as const, ipproto }
      : {}),
    ...(family === 6 ? { local6: local, peer6: peer } : { local4: local, peer4: peer }),
  }),
  state: ({ port, family, type, ipproto, peerPort, device: index, ...read }): FouPort => ({
    ...{ family: family === AF_INET6 ? 6 : 4, port, ipproto: type === 'gue' ? undefined : ipproto },
    local: givenIn(read.local4 ?? read.local6),
    peer: givenIn(read.peer4 ?? read.peer6),
    peerPort: peerPort || undefined,
    device: index || undefined,
  }),
  before: ({ family }) => (family === 6 ? ['-6'] : []),
  words: ({ port, ipproto, local, peer, peerPort, device: index }, names, verb) => [
    ...['port', String(port)],
    ...(verb === 'add' ? (ipproto === undefined ? ['gue'] : ['ipproto', String(ipproto)]) : []),
    ...(local === undefined ? [] : ['local', local]),
    ...(peer === undefined ? [] : ['peer', peer, 'peer_port', String(peerPort)]),
    ...(index === undefined ? [] : ['dev', names.device(index)]),
  ],
});

/** The kernel writes any address as all zeros (`fou_fill_info`). */
function givenIn(address: string | undefined): string | undefined {
  return address === '0.0.0.0' || address === '::' ? undefined : address;
}
