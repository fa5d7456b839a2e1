import { UsageError } from '../../base/validate.ts';
import { type AddrLabel, ipAddrlabel } from '../../netlink/addrlabel.ts';
import { from } from '../../netlink/codec/value-rule.ts';
import { parsePrefix } from '../../wire/ip-address.ts';
import { nameOrNone } from '../entries/entry-kind.ts';
import { deviceName, network, networkWords } from '../entries/fields.ts';
import type { ObjectKind } from './object-kind.ts';

/** A label of IPv6 addresses, as `ip addrlabel` has it. */
export interface AddrlabelEntry {
  /** The addresses that have it. The kernel takes the longest prefix that fits. */
  prefix: string;
  /** It counts for packets that leave by this device alone. */
  dev: string | undefined;
  label: number;
}

export const addrlabel: ObjectKind<AddrLabel, AddrlabelEntry> = {
  ...{
    key: 'addrlabels',
    table: 'addrlabel',
    command: 'ip addrlabel',
    needs: 'CONFIG_IPV6',
    noun: 'address label',
    title: 'Labels of IPv6 addresses',
  },
  // 0xffffffff stands for none (ip6addrlbl_add).
  fields: { prefix: network, dev: deviceName, label: from(0, 2 ** 32 - 2) },
  identity: ['prefix', 'dev'],
  list: ({ rtnetlink }) => rtnetlink.list(ipAddrlabel.all()),
  add: (state) => ipAddrlabel.add(state, { EEXIST: 'there is a label for this prefix already: delete it first' }),
  // The kernel wants a label, of which it takes no notice (ip6addrlbl_newdel).
  delete: (state) => ipAddrlabel.delete(state, { ESRCH: 'there is no such label' }),
  parse: (call, { prefix: text = '', device, label }, isNew) => {
    const prefix = parsePrefix(text);
    if (prefix?.family !== 6)
      throw new UsageError(
        `${call}: prefix must be a network of IPv6 such as fd01::/64: received ${text || undefined}`,
      );
    if (label === undefined && isNew)
      throw new UsageError(`${call}: label must be given: a whole number from 0 to 4294967294`);
    return { prefix, device, label: label ?? 0 };
  },
  entry: ({ prefix, device, label }, names) => ({
    prefix: networkWords(prefix),
    dev: nameOrNone(names, device),
    label,
  }),
};
