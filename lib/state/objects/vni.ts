import { unlessCode } from '../../base/has-code.ts';
import { UsageError } from '../../base/validate.ts';
import { bridgeVni, type VniRow } from '../../netlink/bridge/bridge-vni.ts';
import { idsOf, rangeOf, type VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import { ip } from '../../netlink/codec/scalars.ts';
import { isMulticastIp } from '../../wire/ip-address.ts';
import { nameOrNone } from '../entries/entry-kind.ts';
import { deviceName, type Field } from '../entries/fields.ts';
import type { ObjectKind } from './object-kind.ts';

/** Network identifiers that a vxlan with `vnifilter` takes, as `bridge vni` has them. */
export interface VniEntry {
  /** The vxlan. */
  dev: string | undefined;
  /** One, or several in a row: `'10-19'`. */
  vni: VlanIds;
  /** The other end of these. */
  remote: string | undefined;
  /** The multicast group of the other ends. */
  group: string | undefined;
}

const HIGHEST = 2 ** 24 - 1;

const row: Field = {
  rule: `a whole number from 1 to ${HIGHEST}, or a range, as in '10-19'`,
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: HIGHEST },
      { type: 'string', pattern: '^\\d+-\\d+$' },
    ],
  },
  accept: (value) => {
    const isRow = Number.isInteger(value) || (typeof value === 'string' && /^\d+-\d+$/.test(value));
    const [first, last] = isRow ? rangeOf(value as VlanIds) : [0, 0];
    return first >= 1 && first <= last && last <= HIGHEST ? idsOf(first, last) : undefined;
  },
};

export const vni: ObjectKind<VniRow, VniEntry> = {
  ...{
    key: 'vnis',
    table: 'vni',
    command: 'bridge vni',
    needs: 'CONFIG_VXLAN',
    noun: 'list of VNIs',
    title: 'VNIs that vxlans take',
  },
  fields: { dev: deviceName, vni: row, remote: ip, group: ip },
  identity: ['dev', 'vni'],
  // Linux before 5.18, and a kernel that has not loaded vxlan.
  list: ({ rtnetlink }) => unlessCode(['EOPNOTSUPP'], () => rtnetlink.list(bridgeVni.all()).flat(), []),
  add: (state) =>
    bridgeVni.add(state, {
      EOPNOTSUPP: 'dev must be a vxlan that was made with external and vnifilter (vxlan_vnifilter_process)',
      ENODEV: 'dev must be a vxlan (vxlan_vnifilter_process)',
      EINVAL: 'a group needs a vxlan with dev (vxlan_vni_update_group)',
      EEXIST: 'another vxlan of the namespace has this VNI on the same UDP port already (vxlan_vni_in_use)',
    }),
  delete: (state) =>
    bridgeVni.delete(state, { ENOENT: 'the vxlan does not have this VNI in its list (vxlan_vni_del)' }),
  parse: (call, { device, vni: ids, remote, group }) => {
    if (device === undefined) throw new UsageError(`${call}: dev must be given: a vxlan with vnifilter, or its name`);
    if (ids === undefined) throw new UsageError(`${call}: vni must be given: ${row.rule}`);
    if (remote !== undefined && group !== undefined)
      throw new UsageError(`${call}: of remote and group only one can be given`);
    if (remote !== undefined && isMulticastIp(remote))
      throw new UsageError(`${call}: remote must be the address of one host: received ${remote}, a group`);
    if (group !== undefined && !isMulticastIp(group))
      throw new UsageError(`${call}: group must be a multicast group: received ${group}`);
    const [first, last] = rangeOf(ids);
    return { device, first, last, to: remote ?? group };
  },
  entry: ({ device, first, last, to }, names) => ({
    ...{ dev: nameOrNone(names, device), vni: idsOf(first, last) },
    remote: to === undefined || isMulticastIp(to) ? undefined : to,
    group: to !== undefined && isMulticastIp(to) ? to : undefined,
  }),
};
