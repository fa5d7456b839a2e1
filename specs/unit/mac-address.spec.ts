import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BROADCAST_MAC,
  bytesToMac,
  isGroupMac,
  isMac,
  macToBytes,
  multicastMac4,
  multicastMac6,
  NO_MAC,
} from '../../lib/wire/mac-address.ts';
import { ipv4, ipv6Groups, mac } from './arbitraries.ts';
import { hex } from './hex.ts';

test('a MAC address is six bytes in colon notation, lower case and zero-padded', () => {
  expect(macToBytes('02:0A:00:ff:10:01')).toEqual(hex('020a00ff1001'));
  expect(bytesToMac(hex('020a00ff1001'))).toBe('02:0a:00:ff:10:01');
  expect([NO_MAC, BROADCAST_MAC].map((address) => macToBytes(address).toString('hex'))).toEqual([
    '000000000000',
    'ffffffffffff',
  ]);
});

test('text to bytes and back is the same text', () => {
  fc.assert(
    fc.property(mac, (address) => {
      expect(bytesToMac(macToBytes(address))).toBe(address);
    }),
  );
});

describe('isMac', () => {
  test('takes every colon notation, of either case', () => {
    fc.assert(
      fc.property(mac, (address) => {
        expect(isMac(address) && isMac(address.toUpperCase())).toBe(true);
      }),
    );
  });

  test.each([
    '02:00:00:00:00',
    '02:00:00:00:00:01:02',
    '02-00-00-00-00-01',
    '0200.0000.0001',
    '2:0:0:0:0:1',
    '02:00:00:00:00:0g',
    ' 02:00:00:00:00:01',
    '02:00:00:00:00:01\n',
    '',
    undefined,
    null,
    0x020000000001,
    ['02:00:00:00:00:01'],
  ])('refuses %j', (value) => {
    expect(isMac(value)).toBe(false);
  });
});

test('a group address has the lowest bit of its first byte set', () => {
  expect(['01:00:5e:00:00:fb', '33:33:00:00:00:01', BROADCAST_MAC, '03:00:00:00:00:00'].map(isGroupMac)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['02:00:00:00:00:01', 'fe:ff:ff:ff:ff:ff', NO_MAC, '00:01:01:01:01:01'].map(isGroupMac)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

describe('multicastMac4', () => {
  // 224.0.0.251 is mDNS, whose frames every network shows; 239.255.255.250 is SSDP.
  test.each([
    ['224.0.0.1', '01:00:5e:00:00:01'],
    ['224.0.0.251', '01:00:5e:00:00:fb'],
    ['239.255.255.250', '01:00:5e:7f:ff:fa'],
    // RFC 1112 section 6.4: 23 bits only, so 32 groups share an address.
    ['224.128.0.251', '01:00:5e:00:00:fb'],
    ['225.0.0.251', '01:00:5e:00:00:fb'],
  ])('%s is sent to %s', (group, address) => {
    expect(multicastMac4(group)).toBe(address);
  });

  test('is always a group address of the IANA block', () => {
    fc.assert(
      fc.property(ipv4, (group) => {
        expect(multicastMac4(group)).toMatch(/^01:00:5e:[0-7][0-9a-f](:[0-9a-f]{2}){2}$/);
      }),
    );
  });
});

test('multicastMac6 is 33:33 and the last four bytes (RFC 2464 section 7)', () => {
  expect(multicastMac6(hex('ff020000000000000000000000000001'))).toBe('33:33:00:00:00:01');
  expect(multicastMac6(hex('ff0200000000000000000001ffcdef02'))).toBe('33:33:ff:cd:ef:02');
  fc.assert(
    fc.property(ipv6Groups, (groups) => {
      const text = groups.map((group) => group.toString(16).padStart(4, '0')).join('');
      expect(multicastMac6(hex(text)).replaceAll(':', '')).toBe(`3333${text.slice(-8)}`);
    }),
  );
});
