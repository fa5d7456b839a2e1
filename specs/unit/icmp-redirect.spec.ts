import { expect, test } from 'vitest';
import { decodeRedirect } from '../../lib/wire/icmp.ts';
import { hex } from './hex.ts';

// RFC 792: type 5, a redirect for a host, with the beginning of the packet that it is about.
const REDIRECT4 = hex(`0501 0000 0a00 0003
  4500 0024 0001 4000 4001 0000 0a00 0001 0a00 0102 0800 0000 0001 0001`);
// RFC 4861 section 4.5: the better next hop comes first, then the destination.
const REDIRECT6 = hex(`8900 0000 0000 0000
  fe800000000000000000000000000003 fd000000000000010000000000000002`);

test('says which next hop is better for which destination', () => {
  expect(decodeRedirect(4, REDIRECT4)).toEqual({ gateway: '10.0.0.3', destination: '10.0.1.2' });
  expect(decodeRedirect(6, REDIRECT6)).toEqual({ gateway: 'fe80::3', destination: 'fd00:0:0:1::2' });
});

test('is undefined for another message, and for one that is cut off', () => {
  expect(decodeRedirect(6, REDIRECT4)).toBeUndefined();
  expect(decodeRedirect(4, REDIRECT6)).toBeUndefined();
  for (let length = 0; length < 28; length++) expect(decodeRedirect(4, REDIRECT4.subarray(0, length))).toBeUndefined();
  for (let length = 0; length < 40; length++) expect(decodeRedirect(6, REDIRECT6.subarray(0, length))).toBeUndefined();
});
