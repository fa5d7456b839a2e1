import { describe, expect, test } from 'vitest';
import { checkInterfaceName, checkNamespaceName, UsageError } from '../../lib/base/validate.ts';

const free = () => false;

describe('checkNamespaceName', () => {
  test.each(['a', 'ns1', '1', 'host-a.example_b', 'x'.repeat(64)])('takes %s', (name) => {
    expect(() => checkNamespaceName('lab.namespace', name, free)).not.toThrow();
  });

  test.each<[unknown, string]>([
    ['', "''"],
    ['-a', "'-a'"],
    ['.', "'.'"],
    ['a/b', "'a/b'"],
    ['a b', "'a b'"],
    ['ns1\n', "'ns1\\n'"],
    ['ns\0x', "'ns\\0x'"],
    ['é', "'é'"],
    ['x'.repeat(65), `'${'x'.repeat(65)}'`],
    [undefined, 'undefined'],
    [1, '1'],
  ])('refuses %j', (name, shown) => {
    expect(() => checkNamespaceName('lab.namespace', name, free)).toThrow(
      new UsageError(
        'lab.namespace: name must begin with a letter or digit and have up to 64 letters, digits, dots, dashes and ' +
          `underscores: received ${shown}`,
      ),
    );
  });

  test('refuses a name that is taken', () => {
    expect(() => checkNamespaceName('lab.router', 'ns1', (name) => name === 'ns1')).toThrow(
      new UsageError("lab.router: this lab has a namespace of the name 'ns1' already; names are unique"),
    );
  });
});

describe('checkInterfaceName', () => {
  test.each(['m1', 'up0', 'eth0.5', 'a-b_c', 'abcdefghijklmno', '...', 'ü'])('takes %s', (name) => {
    expect(() => checkInterfaceName('c', name)).not.toThrow();
  });

  const rule = 'name must be 1 to 15 bytes without slash, colon, percent sign or white space';

  test.each<[unknown, string]>([
    ['', "''"],
    // dev_valid_name: both would be folders in /sys/class/net.
    ['.', "'.'"],
    ['..', "'..'"],
    ['a/b', "'a/b'"],
    ['a:b', "'a:b'"],
    ['eth%d', "'eth%d'"],
    ['a b', "'a b'"],
    ['a\t', "'a\\t'"],
    [5, '5'],
    [undefined, 'undefined'],
    ['abcdefghijklmnop', "'abcdefghijklmnop' (16 bytes)"],
    // IFNAMSIZ counts bytes.
    ['üüüüüüüü', "'üüüüüüüü' (16 bytes)"],
  ])('refuses %j', (name, shown) => {
    expect(() => checkInterfaceName('ns1.macvlan', name)).toThrow(
      new UsageError(`ns1.macvlan: ${rule}: received ${shown}`),
    );
  });

  test.each([
    ['net\0x', "'net\\0x'"],
    ['a\x1bb', "'a\\u001bb'"],
    ['a\x7f', "'a\\u007f'"],
    ['a\ud800', "'a\\ud800'"],
  ])('refuses %j, which no report can show', (name, shown) => {
    expect(() => checkInterfaceName('ns1.macvlan', name)).toThrow(
      new UsageError(
        `ns1.macvlan: name must be without control characters and halves of characters, which no report can show: received ${shown}`,
      ),
    );
  });

  test.each(['all', 'default'])('refuses %s, which sysctls have for something else', (name) => {
    expect(() => checkInterfaceName('ns1.macvlan', name)).toThrow(
      new UsageError(
        'ns1.macvlan: name must be another than all and default, which mean all devices in sysctls ' +
          `(net.ipv4.conf.${name}): received '${name}'`,
      ),
    );
  });
});
