import type { Prefix } from '../wire/ip-address.ts';
import { body } from './codec/body.ts';
import { ip, ipFamily, pad, u8, u32 } from './codec/scalars.ts';
import { struct } from './codec/struct.ts';
import { attribute, table } from './codec/table.ts';
import { Family } from './family.ts';

/** A label of IPv6 addresses: of two source addresses, the kernel prefers the one with the label of the destination (RFC 6724 rule 6). */
export interface AddrLabel {
  prefix: Prefix;
  /** It is for packets that leave by this device alone, by its ifindex. */
  device: number | undefined;
  label: number;
}

export const ipAddrlabel = new Family({
  command: ['ip', 'addrlabel'],
  messages: ['ADDRLABEL', 72],
  body: body(
    struct('ifaddrlblmsg', { family: ipFamily, reserved: pad(1), length: u8, flags: u8, index: u32, sequence: u32 }),
    table({
      address: attribute('IFAL_ADDRESS', 1, ip, { word: false, ifAbsent: '::' }),
      label: attribute('IFAL_LABEL', 2, u32, { ifAbsent: 0 }),
    }),
  ),
  complete: ({ prefix, device = 0, label }: Partial<AddrLabel>) => ({
    family: 6 as const,
    ...(prefix ? { length: prefix.length, address: prefix.address } : {}),
    ...{ index: device, ...(label === undefined ? {} : { label }) },
  }),
  state: ({ address, length, index, label }): AddrLabel => ({
    prefix: { address, length, family: 6 },
    device: index === 0 ? undefined : index,
    label,
  }),
  words: ({ prefix, device }, names, rest) => [
    ...['prefix', `${prefix?.address}/${prefix?.length}`],
    ...(device === undefined ? [] : ['dev', names.device(device)]),
    ...rest,
  ],
});
