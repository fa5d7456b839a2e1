import { expect, test } from 'vitest';
import { frameIdentity } from '../../lib/wire/frame-identity.ts';
import { describeVlanTag, vlanTagOf, withoutVlanTags } from '../../lib/wire/vlan-tag.ts';

const ADDRESSES = 'ffffffffffff020000000001';
const bytes = (hex: string) => Buffer.from(ADDRESSES + hex, 'hex');
const arp = `0806${'00'.repeat(46)}`;

test.for([
  [`8100000a${arp}`, '802.1Q id 10'],
  [`88a8e064${arp}`, '802.1ad id 100'],
  [`88a800648100000a${arp}`, '802.1ad id 100'],
])('%s has the outer tag %s', ([hex = '', words]) => {
  const tag = vlanTagOf(bytes(hex));
  expect(tag && describeVlanTag(tag)).toBe(words);
});

test.for([arp, '0806', '81', '810000', ''])('%s has no tag', (hex) => {
  expect(vlanTagOf(bytes(hex))).toBeUndefined();
  expect(withoutVlanTags(bytes(hex))).toEqual(bytes(hex));
});

test('without its tags a frame is what it was before', () => {
  for (const tags of ['8100000a', '88a800648100000a']) expect(withoutVlanTags(bytes(tags + arp))).toEqual(bytes(arp));
});

test('a frame is the same one with and without a tag', () => {
  expect(frameIdentity(bytes(`8100000a${arp}`))).toBe(frameIdentity(bytes(arp)));
});

test('64 KiB of nothing but tags are taken off in no time', () => {
  expect(withoutVlanTags(bytes('81000001'.repeat(16384)))).toHaveLength(16);
});
