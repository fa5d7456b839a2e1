import { AF_INET, AF_INET6 } from '../../kernel/constants.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { device, ip4, ip6, u8, u16, u32 } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { GenericFamily } from './generic-family.ts';

/** An address that MPTCP uses for further subflows, or tells its peer. */
export interface MptcpEndpoint {
  address: string;
  /** From 1; undefined lets the kernel choose. */
  id: number | undefined;
  /** The port that a signalled address is told with. */
  port: number | undefined;
  /** The device that its subflows leave by, by its ifindex. */
  device: number | undefined;
  signal: boolean;
  subflow: boolean;
  backup: boolean;
  fullmesh: boolean;
  /** The kernel has made it of a subflow that a peer opened. */
  implicit: boolean;
  laminar: boolean;
}

/** How many subflows and addresses a connection of MPTCP has at most. */
export interface MptcpLimits {
  subflows: number;
  addAddrAccepted: number;
}

const NEEDS = 'CONFIG_MPTCP (and net.mptcp.enabled=1)';

/** The words of `ip mptcp endpoint`, and the bits (`MPTCP_PM_ADDR_FLAG_*`, `MPTCP_PM_ADDR_FLAG_LAMINAR` of Linux 6.18). */
const FLAGS = {
  signal: bit('MPTCP_PM_ADDR_FLAG_SIGNAL', 1),
  subflow: bit('MPTCP_PM_ADDR_FLAG_SUBFLOW', 2),
  backup: bit('MPTCP_PM_ADDR_FLAG_BACKUP', 4),
  fullmesh: bit('MPTCP_PM_ADDR_FLAG_FULLMESH', 8),
  implicit: bit('MPTCP_PM_ADDR_FLAG_IMPLICIT', 16),
  laminar: bit('MPTCP_PM_ADDR_FLAG_LAMINAR', 32),
};

type FlagName = keyof typeof FLAGS;
const FLAG_NAMES = Object.keys(FLAGS) as FlagName[];

const addressAttributes = table({
  family: attribute('MPTCP_PM_ADDR_ATTR_FAMILY', 1, u16),
  id: attribute('MPTCP_PM_ADDR_ATTR_ID', 2, u8),
  address4: attribute('MPTCP_PM_ADDR_ATTR_ADDR4', 3, ip4),
  address6: attribute('MPTCP_PM_ADDR_ATTR_ADDR6', 4, ip6),
  port: attribute('MPTCP_PM_ADDR_ATTR_PORT', 5, u16),
  flags: attribute('MPTCP_PM_ADDR_ATTR_FLAGS', 6, flat(bits(u32, FLAGS))),
  device: attribute('MPTCP_PM_ADDR_ATTR_IF_IDX', 7, device),
});

export const mptcpAttributes = table({
  endpoint: attribute('MPTCP_PM_ATTR_ADDR', 1, addressAttributes),
  addAddrAccepted: attribute('MPTCP_PM_ATTR_RCV_ADD_ADDRS', 2, u32, { ifAbsent: 0 }),
  subflows: attribute('MPTCP_PM_ATTR_SUBFLOWS', 3, u32, { ifAbsent: 0 }),
});

export const ipMptcpEndpoint = new GenericFamily({
  command: ['ip', 'mptcp', 'endpoint'],
  name: 'mptcp_pm',
  needs: NEEDS,
  attributes: mptcpAttributes,
  // MPTCP_PM_CMD_ADD_ADDR, MPTCP_PM_CMD_DEL_ADDR, MPTCP_PM_CMD_GET_ADDR, MPTCP_PM_CMD_SET_FLAGS
  commands: { add: 1, delete: 2, list: 3, change: 7 },
  complete: ({ address, id, port, device: index, ...flags }: MptcpEndpoint, verb) => {
    const of = familyOf(address);
    const own = of === 6 ? { address6: address } : { address4: address };
    // Without a family the id alone says which it is (mptcp_pm_parse_pm_addr_attr).
    if (verb !== 'add') return { endpoint: { id, ...(verb === 'change' ? flags : {}) } };
    return { endpoint: { family: of === 6 ? AF_INET6 : AF_INET, id, ...own, port, device: index, ...flags } };
  },
  state: ({ endpoint = {} }): MptcpEndpoint => {
    const { address4, address6 = '::', id = 0, port = 0, device: index = 0, family: _, ...flags } = endpoint as Read;
    return {
      ...{ address: address4 ?? address6, id, port: port || undefined, device: index || undefined },
      ...(Object.fromEntries(FLAG_NAMES.map((name) => [name, flags[name] === true])) as Record<FlagName, boolean>),
    };
  },
  words: ({ address, id, port, device: index, ...flags }, names, verb) => {
    const given = FLAG_NAMES.filter((name) => flags[name]);
    if (verb === 'delete') return ['id', String(id)];
    if (verb === 'change') return ['id', String(id), ...CHANGED.map((name) => `${flags[name] ? '' : 'no'}${name}`)];
    return [
      ...[address, ...(port === undefined ? [] : ['port', String(port)])],
      ...(index === undefined ? [] : ['dev', names.device(index)]),
      ...(id === undefined ? [] : ['id', String(id)]),
      ...given,
    ];
  },
});

/** What can be changed later (`mptcp_pm_nl_set_flags`). */
const CHANGED = ['backup', 'fullmesh'] as const;

type Read = Partial<ReturnType<typeof addressAttributes.read>>;

export const ipMptcpLimits = new GenericFamily({
  command: ['ip', 'mptcp', 'limits'],
  name: 'mptcp_pm',
  needs: NEEDS,
  attributes: mptcpAttributes,
  // MPTCP_PM_CMD_SET_LIMITS, MPTCP_PM_CMD_GET_LIMITS
  commands: { set: 5, show: 6 },
  complete: ({ subflows, addAddrAccepted }: MptcpLimits) => ({ subflows, addAddrAccepted }),
  state: ({ subflows, addAddrAccepted }): MptcpLimits => ({ subflows, addAddrAccepted }),
  words: ({ subflows, addAddrAccepted }) => [
    ...['subflows', String(subflows)],
    ...['add_addr_accepted', String(addAddrAccepted)],
  ],
});
