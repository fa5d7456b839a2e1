import { expect, test } from 'vitest';
import { macsecTagOf } from '../../lib/wire/macsec-tag.ts';

const frame = (hex: string) => Buffer.from(`020000000002020000000001${hex.replaceAll(' ', '')}`, 'hex');

test('a MACsec tag has the channel, the association and the packet number (IEEE 802.1AE clause 9)', () => {
  // SC, E and C are on, association 2.
  expect(macsecTagOf(frame('88e5 2e00 00000007 0200000000640003 00'))).toEqual({
    ...{ sci: '0200000000640003', association: 2, number: 7, isChanged: true },
  });
});

test('without a channel in the tag it is the source, with port 1', () => {
  expect(macsecTagOf(frame('88e5 4000 00000007'))).toEqual({
    ...{ sci: '0200000000010001', association: 0, number: 7, isChanged: false },
  });
});

test('another frame has none, nor has one that is cut off', () => {
  expect(macsecTagOf(frame('0800 2e00 00000007 0200000000640003'))).toBeUndefined();
  expect(macsecTagOf(frame('88e5 2e00 00000007 02000000'))).toBeUndefined();
  expect(macsecTagOf(frame('88e5 2e'))).toBeUndefined();
});
