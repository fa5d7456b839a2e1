import { describe, expect, test } from 'vitest';
import { checkIp, checkMac, checkPrefix, UsageError } from '../../lib/base/validate.ts';

const refusal = (message: string) => new UsageError(message);

describe('checkMac', () => {
  test.each(['02:00:00:00:00:01', 'FE:ff:FF:ff:ff:ff', '00:00:00:00:00:01'])('takes %s', (mac) => {
    expect(() => checkMac('c', 'mac', mac)).not.toThrow();
  });

  test.each<[unknown, string]>([
    ['02-00-00-00-00-01', "'02-00-00-00-00-01'"],
    ['02:00:00:00:00', "'02:00:00:00:00'"],
    [undefined, 'undefined'],
    [2, '2'],
  ])('refuses %j', (mac, shown) => {
    expect(() => checkMac('m1.set', 'mac', mac)).toThrow(
      refusal(`m1.set: mac must be a MAC address such as 02:00:00:00:00:01: received ${shown}`),
    );
  });

  test('refuses a group address, as eth_validate_addr does', () => {
    expect(() => checkMac('m1.set', 'mac', '03:00:00:00:00:01')).toThrow(
      refusal(
        "m1.set: mac must be a unicast address, its first byte even: received '03:00:00:00:00:01', a group address",
      ),
    );
    expect(() => checkMac('c', 'mac', 'ff:ff:ff:ff:ff:ff')).toThrow('a group address');
  });

  test('refuses all zero', () => {
    expect(() => checkMac('m1.set', 'mac', '00:00:00:00:00:00')).toThrow(
      refusal("m1.set: mac must not be all zero: received '00:00:00:00:00:00'"),
    );
  });
});

describe('checkIp', () => {
  test.each(['10.0.0.1', 'fd00::1', '::', 'FD00::A'])('takes %s', (address) => {
    expect(() => checkIp('c', 'via', address)).not.toThrow();
  });

  test.each<[unknown, string]>([
    ['10.0.0.1/24', "'10.0.0.1/24'"],
    ['10.0.0', "'10.0.0'"],
    ['gateway', "'gateway'"],
    ['fe80::1%eth0', "'fe80::1%eth0'"],
    [undefined, 'undefined'],
    [['10.0.0.1'], "['10.0.0.1']"],
  ])('refuses %j', (address, shown) => {
    expect(() => checkIp('ns1.route.add', 'via', address)).toThrow(
      refusal(`ns1.route.add: via must be an IP address such as 10.0.0.1 or fd00::1: received ${shown}`),
    );
  });
});

describe('checkPrefix', () => {
  test('gives the prefix back', () => {
    expect(checkPrefix('c', 'address', '10.0.0.1/24')).toEqual({ address: '10.0.0.1', length: 24, family: 4 });
    expect(checkPrefix('c', 'address', 'FD00::1')).toEqual({ address: 'fd00::1', length: 128, family: 6 });
  });

  test.each<[unknown, string]>([
    ['10.0.0.1/33', "'10.0.0.1/33'"],
    ['10.0.0.1/', "'10.0.0.1/'"],
    ['', "''"],
    [24, '24'],
  ])('refuses %j', (text, shown) => {
    expect(() => checkPrefix('m1.address.add', 'address', text)).toThrow(
      refusal(
        'm1.address.add: address must be an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64: ' +
          `received ${shown}`,
      ),
    );
  });

  test('says the rule of its caller', () => {
    expect(() => checkPrefix('lab.switch', 'subnets', 'x', 'networks such as 10.1.0.0/16')).toThrow(
      refusal("lab.switch: subnets must be networks such as 10.1.0.0/16: received 'x'"),
    );
  });
});
