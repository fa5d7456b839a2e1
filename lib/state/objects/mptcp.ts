import { UsageError } from '../../base/validate.ts';
import { flag, ip } from '../../netlink/codec/scalars.ts';
import { from } from '../../netlink/codec/value-rule.ts';
import { ipMptcpEndpoint, ipMptcpLimits, type MptcpEndpoint, type MptcpLimits } from '../../netlink/generic/mptcp.ts';
import { nameOrNone } from '../entries/entry-kind.ts';
import { deviceName } from '../entries/fields.ts';
import { listGeneric, showGeneric } from './list-generic.ts';
import type { ObjectKind } from './object-kind.ts';

/** An endpoint of MPTCP, as `ip mptcp endpoint` has it. */
export interface MptcpEndpointEntry extends Omit<MptcpEndpoint, 'device'> {
  /** The device that its subflows leave by. */
  dev: string | undefined;
}

/** `MPTCP_PM_ADDR_MAX` */
const MOST_ENDPOINTS = 8;
const TAKEN = 'there is an endpoint of this address, or of this id, already';

export const mptcpEndpoint: ObjectKind<MptcpEndpoint, MptcpEndpointEntry> = {
  ...{
    key: 'mptcpEndpoints',
    table: 'mptcp.endpoint',
    command: 'ip mptcp endpoint',
    needs: 'CONFIG_MPTCP',
    noun: 'MPTCP endpoint',
    title: 'Endpoints of MPTCP',
  },
  fields: {
    ...{ address: ip, id: from(1, 255), port: from(1, 65535), dev: deviceName },
    ...{ signal: flag, subflow: flag, backup: flag, fullmesh: flag, implicit: flag, laminar: flag },
  },
  identity: ['id'],
  list: (sockets) => listGeneric(sockets, ipMptcpEndpoint.all()),
  add: (state) =>
    ipMptcpEndpoint.add(state, {
      EEXIST: TAKEN,
      ERANGE: `there are ${MOST_ENDPOINTS} already, the most that a namespace may have`,
      // Of Linux 6.1 for both (mptcp_nl_cmd_add_addr).
      EINVAL: `${TAKEN}, or there are ${MOST_ENDPOINTS}, the most that a namespace may have`,
      EADDRNOTAVAIL: 'an endpoint with a port must be an address of the namespace: the kernel listens there',
    }),
  delete: (state) => ipMptcpEndpoint.delete(state, { EINVAL: 'no endpoint has this id' }),
  parse: (call, { address = '', id, port, device, ...flags }, isNew) => {
    if (isNew && address === '') throw new UsageError(`${call}: address must be given: ${ip.rule}`);
    if (!isNew && id === undefined) throw new UsageError(`${call}: id must be given: a whole number from 1 to 255`);
    const {
      signal = false,
      subflow = false,
      backup = false,
      fullmesh = false,
      implicit = false,
      laminar = false,
    } = flags;
    if (implicit && isNew)
      throw new UsageError(`${call}: implicit endpoints are made by the kernel alone (mptcp_pm_nl_add_addr_doit)`);
    if (signal && fullmesh)
      throw new UsageError(`${call}: signal and fullmesh do not go together (mptcp_pm_nl_add_addr_doit)`);
    if (port !== undefined && !signal)
      throw new UsageError(`${call}: port belongs to signal: true: received port ${port} without it`);
    return { address, id, port, device, signal, subflow, backup, fullmesh, implicit, laminar };
  },
  entry: ({ device, ...state }, names) => ({ ...state, dev: nameOrNone(names, device) }),
  // The kernel makes them as subflows come.
  remade: (state) => (state.implicit ? undefined : state),
};

const LIMIT = from(0, MOST_ENDPOINTS);

/** The limits of MPTCP, as `ip mptcp limits` has them. */
export type MptcpLimitsEntry = MptcpLimits;

export const mptcpLimits: ObjectKind<MptcpLimits, MptcpLimitsEntry> = {
  ...{
    key: 'mptcpLimits',
    table: 'mptcp.limits',
    command: 'ip mptcp limits',
    needs: 'CONFIG_MPTCP',
    noun: 'limits of MPTCP',
    title: 'Limits of MPTCP',
  },
  fields: { subflows: LIMIT, addAddrAccepted: LIMIT },
  identity: [],
  isSetting: true,
  list: (sockets) => showGeneric(sockets, ipMptcpLimits.show()),
  add: (state) => ipMptcpLimits.set(state),
  parse: (_, { subflows = 0, addAddrAccepted = 0 }) => ({ subflows, addAddrAccepted }),
  entry: (state) => state,
};
