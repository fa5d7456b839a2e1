import {
  defineLink,
  describe,
  expect,
  isLink,
  kernelOption,
  netlink,
  setting,
  supports,
  test,
  UsageError,
} from 'hairpin';
import { INTERFACE_CHANGES } from '../../lib/lab/interface-change.ts';
import { PORT_OPTIONS } from '../../lib/links/bridge-port.ts';
import { readableOf } from '../../lib/links/link-option.ts';
import { kernelOptionsOf, linkKinds, settingsOf } from '../../lib/links/registry.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { NUMBERS } from '../../lib/netlink/names.ts';
import { ip6erspan } from './ip6erspan.ts';
import { ipLink as shownByIp } from './referee.ts';

const has = supports(ip6erspan);

describe('a kind that a spec defines', () => {
  // a ─ ip6erspan0 ┄ a/eth0 ── eth0/b ┄ ip6erspan0 ─ b
  test.skipIf(!has)(`carries frames as any other (needs ${kernelOption(ip6erspan)})`, async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { address: '2001:db8::1/64' }, b: { address: '2001:db8::2/64' } });
    const left = a.link(ip6erspan, { local: '2001:db8::1', remote: '2001:db8::2', address: '10.7.0.1/24' });
    const right = b.link(ip6erspan, { local: '2001:db8::2', remote: '2001:db8::9', address: '10.7.0.2/24' });
    expect((await shownByIp(a, left.name)).linkinfo).toMatchObject({
      info_kind: 'ip6erspan',
      info_data: { local: '2001:db8::1', remote: '2001:db8::2' },
    });
    expect(left).toMatchObject({ kind: 'ip6erspan', local: '2001:db8::1', remote: '2001:db8::2', hoplimit: 64 });

    await expect(a).not.toReach(right);
    right.set({ remote: '2001:db8::1' });
    await expect(a).toReach(right);
    left.set({ hoplimit: 9 });
    expect(left.settings).toEqual({ local: '2001:db8::1', remote: '2001:db8::2', hoplimit: 9 });

    await b.exec('ip', [
      'link',
      'add',
      'g2',
      'type',
      'ip6erspan',
      'local',
      '2001:db8::2',
      'remote',
      '2001:db8::3',
      'seq',
      'key',
      '5',
      'erspan_ver',
      '1',
    ]);
    const found = b.interface('g2');
    expect(isLink(found, ip6erspan) && found.remote).toBe('2001:db8::3');
  });

  test.skipIf(has)('is missed by the option that brings it', ({ lab }) => {
    expect(() => lab.namespace('a').link(ip6erspan, { local: '2001:db8::1', remote: '2001:db8::2' })).toThrow(
      /EOPNOTSUPP[\s\S]*\n {2}usual cause: this kernel has no ip6erspan: it needs CONFIG_IPV6_GRE \(modprobe ip6_gre\)$/,
    );
  });

  test('is known to all that reads links, and to the fragment of a kernel configuration', () => {
    const to = new Writer();
    const request = ipLink.add({
      index: 7,
      name: 'g0',
      ...ip6erspan.as({ local: '2001:db8::1', remote: '2001:db8::2' }),
    });
    request.write(to);
    const link = ipLink.get({ index: 7 }).read(Buffer.from(to.bytes));
    expect(settingsOf(link)).toEqual({ local: '2001:db8::1', remote: '2001:db8::2' });
    expect(request.words(NUMBERS)).toBe('ip link add g0 type ip6erspan local 2001:db8::1 remote 2001:db8::2');
    expect(ip6erspan.label({ remote: '2001:db8::2' })).toEqual(['to', '2001:db8::2']);
    expect(kernelOptionsOf('ip6erspan')).toEqual(['NET_IPGRE_DEMUX', 'IPV6_GRE']);
  });

  test.for<[options: object, message: string]>([
    [{}, 'a.link(ip6erspan): local must be given: an IPv6 address such as fd00::1'],
    [
      { local: '2001:db8::1', remote: 'b' },
      "a.link(ip6erspan): remote must be an IPv6 address such as fd00::1: received 'b'",
    ],
    [
      { local: '2001:db8::1', remote: '2001:db8::2', hoplimit: 256 },
      'a.link(ip6erspan): hoplimit must be a whole number from 0 to 255: received 256',
    ],
    [
      { remote: '2001:db8::2', key: 3 },
      "a.link(ip6erspan): there is no option 'key'; the options are name, address, mac, mtu, up, promiscuous, local, remote, hoplimit",
    ],
  ])('checks its options: %o', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link(ip6erspan, options as never)).toThrow(new UsageError(message));
  });
});

describe('a description that cannot be', () => {
  const none = {} as never;
  test.for<[what: string, define: () => unknown, message: string | RegExp]>([
    [
      "hairpin's own",
      () => defineLink('macvlan', { option: 'X' }),
      "defineLink('macvlan'): hairpin itself defines the kind macvlan",
    ],
    [
      'no kind',
      () => defineLink('a b', { option: 'X' }),
      "defineLink('a b'): kind must be what ip link add … type calls it: received 'a b'",
    ],
    [
      'no option',
      () => defineLink('gre9', none),
      "defineLink('gre9'): option must be the option of the kernel's configuration without CONFIG_, such as 'GENEVE': received undefined",
    ],
    [
      'an option that is misspelt',
      () => defineLink('gre9', { option: 'X', modul: 'ip_gre' } as never),
      /^defineLink\('gre9'\): there is no option 'modul' \(the nearest is module\); the options are option, dependsOn, module, /,
    ],
    [
      'a name that is taken',
      () => defineLink('gre9', { option: 'X', settings: { mtu: setting('IFLA_X', 1, netlink.u32) } }),
      "defineLink('gre9'): every interface has mtu: give the setting mtu another name, and its keyword as { word: 'mtu' }",
    ],
  ])('%s', ([, define, message]) => {
    expect(define).toThrow(message instanceof RegExp ? message : new UsageError(message));
  });

  test('a link of what is no kind', ({ lab }) => {
    const a = lab.namespace('a');
    expect(() => a.link('ppp' as never, {} as never)).toThrow(
      /^a\.link: kind must be one of bridge, macvlan, .*, or what defineLink returned: received 'ppp'$/,
    );
    // @ts-expect-error: the compiler refuses a misspelt kind; a spec in JavaScript gets this error
    expect(() => a.link('vxlann', { id: 7 })).toThrow(
      /^a\.link: kind must be one of bridge, .*: received 'vxlann'; did you mean 'vxlan'\?$/,
    );
    // @ts-expect-error: the compiler refuses a name in place of options; a spec in JavaScript gets this error
    expect(() => a.link('dummy', 'd0')).toThrow(
      /^a\.link\(dummy\): options must be an object such as .*: received 'd0'$/,
    );
    // @ts-expect-error: the compiler refuses a kind with two ends; a spec in JavaScript gets this error
    expect(() => a.link('veth')).toThrow(
      new UsageError("a.link: a veth has two ends: lab.cable(a, b, { kind: 'veth' }) makes it"),
    );
    // @ts-expect-error: the compiler refuses a kind with one end; a spec in JavaScript gets this error
    expect(() => lab.cable(a, a, { kind: 'dummy' })).toThrow(
      new UsageError("lab.cable(a, a): kind must be one of veth, netkit: received 'dummy'"),
    );
  });

  // a ── p0 sw
  test('a kind gives no setting the name of a member of an interface, or of an option of set()', ({ lab }) => {
    const { a: end, b: port } = lab.cable(lab.namespace('a'), lab.switch('sw'));
    const taken = new Set([end, port].flatMap(membersOf).concat(PORT_OPTIONS, INTERFACE_CHANGES));
    expect([...taken]).toEqual(expect.arrayContaining(['namespace', 'children', 'hairpin', 'mtu']));
    for (const name of taken) {
      const define = () => defineLink('gre9', { option: 'X', settings: { [name]: setting('IFLA_X', 1, netlink.u32) } });
      expect(define).toThrow(`every interface has ${name}: `);
    }
    for (const { kind, description } of linkKinds()) {
      const own = readableOf(description.settings ?? {}).map(([name]) => name);
      // What has ports is none itself (br_add_if), and may call a setting as a port does.
      const others = description.hasPorts ? own.filter((name) => !PORT_OPTIONS.some((each) => each === name)) : own;
      expect(
        others.filter((name) => taken.has(name)),
        kind,
      ).toEqual([]);
    }
  });
});

/** The names of an object's own properties, and of those that its classes give it. */
function membersOf(object: object): string[] {
  const names = Object.getOwnPropertyNames(object);
  const above = Object.getPrototypeOf(object);
  return above === Object.prototype ? names : [...names, ...membersOf(above)];
}
