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
import { INTERFACE_CHANGES } from '../../lib/lab/interface.ts';
import { PORT_OPTIONS } from '../../lib/links/bridge-port.ts';
import { kernelOptionsOf } from '../../lib/links/kernel-options.ts';
import { readableOf } from '../../lib/links/link-kind.ts';
import { linkKinds, settingsOf } from '../../lib/links/registry.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { NUMBERS } from '../../lib/netlink/names.ts';
import { Writer } from '../../lib/netlink/writer.ts';
import { gretap } from './gretap.ts';
import { ipLink as shownByIp } from './referee.ts';

const has = supports(gretap);

describe('a kind that a spec defines', () => {
  // a ─ gretap0 ┄ a/eth0 ── eth0/b ┄ gretap0 ─ b
  test.skipIf(!has)(`carries frames as any other (needs ${kernelOption(gretap)})`, async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
    const left = a.link(gretap, { local: '192.0.2.1', remote: '192.0.2.2', address: '10.7.0.1/24' });
    const right = b.link(gretap, { local: '192.0.2.2', remote: '192.0.2.9', address: '10.7.0.2/24' });
    expect((await shownByIp(a, left.name)).linkinfo).toMatchObject({
      info_kind: 'gretap',
      info_data: { local: '192.0.2.1', remote: '192.0.2.2' },
    });
    expect(left).toMatchObject({ kind: 'gretap', local: '192.0.2.1', remote: '192.0.2.2', ttl: 0 });

    await expect(a).not.toReach(right);
    right.set({ remote: '192.0.2.1' });
    await expect(a).toReach(right);
    left.set({ ttl: 9 });
    expect(left.settings).toEqual({ local: '192.0.2.1', remote: '192.0.2.2', ttl: 9 });

    await b.exec('ip', ['link', 'add', 'g2', 'type', 'gretap', 'local', '192.0.2.2', 'remote', '192.0.2.3']);
    const found = b.interface('g2');
    expect(isLink(found, gretap) && found.remote).toBe('192.0.2.3');
  });

  test.skipIf(has)('is missed by the option that brings it', ({ lab }) => {
    expect(() => lab.namespace('a').link(gretap, { local: '192.0.2.1', remote: '192.0.2.2' })).toThrow(
      /EOPNOTSUPP[\s\S]*\n {2}usual cause: this kernel has no gretap: it needs CONFIG_NET_IPGRE \(modprobe ip_gre\)$/,
    );
  });

  test('is known to all that reads links, and to the fragment of a kernel configuration', () => {
    const to = new Writer();
    const request = ipLink.add({ index: 7, name: 'g0', ...gretap.as({ local: '192.0.2.1', remote: '192.0.2.2' }) });
    request.write(to);
    const link = ipLink.get({ index: 7 }).read(Buffer.from(to.bytes));
    expect(settingsOf(link)).toEqual({ local: '192.0.2.1', remote: '192.0.2.2' });
    expect(request.words(NUMBERS)).toBe('ip link add g0 type gretap local 192.0.2.1 remote 192.0.2.2');
    expect(gretap.label({ remote: '192.0.2.2' })).toEqual(['to', '192.0.2.2']);
    expect(kernelOptionsOf('gretap')).toEqual(['NET_IPGRE_DEMUX', 'NET_IPGRE']);
  });

  test.for<[options: object, message: string]>([
    [{}, 'a.link(gretap): local must be given: an IPv4 address such as 10.0.0.1'],
    [
      { local: '192.0.2.1', remote: 'b' },
      "a.link(gretap): remote must be an IPv4 address such as 10.0.0.1: received 'b'",
    ],
    [
      { local: '192.0.2.1', remote: '192.0.2.2', ttl: 256 },
      'a.link(gretap): ttl must be a whole number from 0 to 255: received 256',
    ],
    [
      { remote: '192.0.2.2', key: 3 },
      "a.link(gretap): there is no option 'key'; the options are name, address, mac, mtu, up, promiscuous, local, remote, ttl",
    ],
  ])('checks its options: %o', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link(gretap, options as never)).toThrow(new UsageError(message));
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
      /^defineLink\('gre9'\): there is no option 'modul'; the options are option, dependsOn, module, /,
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
    expect(() => a.link('bond' as never, {} as never)).toThrow(
      /^a\.link: kind must be one of bridge, macvlan, .*, or what defineLink returned: received 'bond'$/,
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
