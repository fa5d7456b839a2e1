import { UsageError } from '../../base/validate.ts';
import { flag, ip } from '../../netlink/codec/scalars.ts';
import { among, from } from '../../netlink/codec/value-rule.ts';
import { type FouPort, ipFou } from '../../netlink/generic/fou.ts';
import { type Family, familyOf } from '../../wire/ip-address.ts';
import { nameOrNone } from '../entries/entry-kind.ts';
import { deviceName } from '../entries/fields.ts';
import { ipproto, protocolNumber, protocolWord } from '../entries/rule-entry.ts';
import { listGeneric } from './list-generic.ts';
import type { ObjectKind } from './object-kind.ts';

/** A port of FOU or GUE, as `ip fou` has it. */
export interface FouEntry {
  /** The UDP port that the kernel unwraps packets of. */
  port: number;
  family: Family;
  /** FOU: the protocol of the packets in it: `ipip`, `gre`, or a number. */
  ipproto: string | number | undefined;
  /** GUE: each packet says its protocol itself. */
  gue: boolean;
  local: string | undefined;
  peer: string | undefined;
  peerPort: number | undefined;
  dev: string | undefined;
}

const PORT = from(1, 65535);

export const fou: ObjectKind<FouPort, FouEntry> = {
  ...{
    key: 'fou',
    table: 'fou',
    command: 'ip fou',
    needs: 'CONFIG_NET_FOU',
    noun: 'FOU port',
    title: 'Ports of FOU and GUE',
  },
  fields: {
    ...{ port: PORT, family: among(4, 6), ipproto, gue: flag },
    ...{ local: ip, peer: ip, peerPort: PORT, dev: deviceName },
  },
  identity: ['port', 'family', 'local', 'peer', 'peerPort', 'dev'],
  list: (sockets) => listGeneric(sockets, ipFou.all()),
  add: (state) =>
    ipFou.add(state, {
      EALREADY: 'there is such a port already',
      EADDRINUSE: 'a program has this UDP port, or there is such a FOU port already',
      EADDRNOTAVAIL: 'local must be an address of the namespace',
    }),
  delete: (state) => ipFou.delete(state, { ENOENT: 'there is no such port', EINVAL: 'there is no such port' }),
  parse: (call, { port, family, ipproto: protocol, gue, local, peer, peerPort, device }, isNew) => {
    if (port === undefined) throw new UsageError(`${call}: port must be given: ${PORT.rule}`);
    if (isNew && (protocol === undefined) === !gue)
      throw new UsageError(`${call}: a FOU port takes ipproto, the protocol in it, or gue: true, and not both`);
    if ((peer === undefined) !== (peerPort === undefined))
      throw new UsageError(`${call}: peer and peerPort go together`);
    const families = new Set(
      [family, local, peer].flatMap((each) => (typeof each === 'string' ? familyOf(each) : each) ?? []),
    );
    const [first = 4, other] = families;
    if (other !== undefined) throw new UsageError(`${call}: family, local and peer must be of one version of IP`);
    return { port, family: first as Family, ipproto: protocolNumber(protocol), local, peer, peerPort, device };
  },
  entry: ({ ipproto: number, device, ...state }, names) => ({
    ...state,
    ipproto: number === undefined ? undefined : protocolWord(number),
    gue: number === undefined,
    dev: nameOrNone(names, device),
  }),
};
