import { expect, test } from 'vitest';
import { u16 } from '../../lib/kernel/bytes.ts';
import { ipvlanAttributes, ipvlanSettings } from '../../lib/lab/ipvlan-attributes.ts';
import { type Attribute, encodeAttributes } from '../../lib/netlink/attribute.ts';

const read = (attributes: readonly Attribute[]) => ipvlanSettings(encodeAttributes(attributes));

test('settings are read as they were written', () => {
  expect(read(ipvlanAttributes({ mode: 'l3s', flag: 'vepa' }))).toEqual({ mode: 'l3s', flag: 'vepa' });
});

test('a mode or flag that hairpin has no word for is no other mode or flag', () => {
  expect(
    read([
      [1, u16(7)],
      [2, u16(5)],
    ]),
  ).toEqual({ mode: '7', flag: '5' });
});

test('a kernel without flags has bridges', () => {
  expect(read([[1, u16(0)]])).toEqual({ mode: 'l2', flag: 'bridge' });
});
