import { expect, type MacvlanMode, type Namespace, test, UsageError } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { describeCapturing, needs } from '../needs.ts';
import { read } from './referee.ts';

interface IpAddress {
  local: string;
  prefixlen: number;
  scope: string;
  dynamic?: boolean;
  mngtmpaddr?: boolean;
  temporary?: boolean;
}

/** `ip address`, the addresses that are made of the advertised prefix. */
async function advertised(namespace: Namespace, name: string, prefix = 'fdb2:2c26:f4e4:'): Promise<IpAddress[]> {
  const shown = await read<{ addr_info: IpAddress[] }>(namespace, 'ip', ['-j', '-6', 'address', 'show', 'dev', name]);
  return shown.flatMap(({ addr_info }) => addr_info).filter(({ local }) => local.startsWith(prefix));
}

const PREFIX = 'fdb2:2c26:f4e4::/64';

/** Of MAC address 02:00:00:00:00:01 in modified EUI-64 format (RFC 4291 appendix A): `::ff:fe00:1`. */
function eui64(mac: string): string {
  const [a = 0, ...bytes] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const all = [a ^ 2, ...bytes.slice(0, 2), 0xff, 0xfe, ...bytes.slice(2)] as number[];
  const words = [0, 2, 4, 6].map((at) => (((all[at] ?? 0) << 8) | (all[at + 1] ?? 0)).toString(16));
  return words.join(':').replace(/^0:/, ':');
}

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─── eth0 (router)
// ns2 ─ m2 ┘
test.for<[mode: MacvlanMode, hairpin: boolean]>([
  ['private', false],
  ['vepa', true],
  ['bridge', false],
])('the children have the addresses of the article, in mode %s', async ([mode, hairpin], { lab }) => {
  const sw = lab.switch('sw');
  const [host, ns1, ns2, router] = [
    lab.namespace('host'),
    lab.namespace('ns1'),
    lab.namespace('ns2'),
    lab.router('router'),
  ];
  const { a: up0 } = lab.cable(host, sw, { a: { name: 'up0' }, b: { hairpin } });
  lab.cable(router, sw, { a: { address: ['10.0.0.1/24', 'fdb2:2c26:f4e4::1/64'] } });
  const children = [ns1, ns2].map((namespace, at) => namespace.macvlan({ parent: up0, mode, name: `m${at + 1}` }));
  // Temporary addresses besides (RFC 8981).
  ns2.sysctl.set('net.ipv6.conf.m2.use_tempaddr', 2);
  using _ra = router.advertise({ prefix: PREFIX, dns: ['fdb2:2c26:f4e4::53'] });
  await lab.settled();

  for (const { namespace, name, mac } of children) {
    const addresses = await advertised(namespace, name);
    expect(addresses.filter(({ temporary }) => !temporary)).toMatchObject([
      // As the article has it: `inet6 fdb2:2c26:f4e4:… scope global mngtmpaddr dynamic`.
      {
        local: expect.stringMatching(new RegExp(`${eui64(mac)}$`)),
        prefixlen: 64,
        scope: 'global',
        dynamic: true,
        mngtmpaddr: true,
      },
    ]);
    expect(addresses.filter(({ temporary }) => temporary)).toHaveLength(namespace === ns2 ? 1 : 0);
    // The router is the default one, by its link-local address.
    expect(await read(namespace, 'ip', ['-j', '-6', 'route', 'show', 'default', 'proto', 'ra'])).toHaveLength(1);
    await expect(namespace).toReach(router, { family: 6 });
  }
});

// a ── r (router)
test('a host that solicits is answered', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  const { a: eth0 } = lab.cable(a, r);
  a.sysctl.set('net.ipv6.conf.eth0.router_solicitations', 3);
  a.sysctl.set('net.ipv6.conf.eth0.router_solicitation_delay', 0);
  using _ra = r.advertise({ prefix: PREFIX, interval: 3_600_000 });
  await lab.settled();
  const own = () => eth0.address.list().filter(({ address }) => address.startsWith('fdb2:'));
  for (const { address, length } of own()) eth0.address.delete(`${address}/${length}`);
  expect(own()).toEqual([]);
  // A link that comes up solicits routers (addrconf_dad_completed, ndisc_send_rs).
  eth0.set({ up: false }).set({ up: true });
  await expect.poll(() => advertised(a, 'eth0')).toHaveLength(1);
});

// the same
test('advertisements go on by themselves, and the last withdraws the router', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  const { a: eth0 } = lab.cable(a, r);
  const ra = r.advertise({ prefix: [PREFIX, 'fdb2:2c26:f4e5::/64'], interval: 100 });
  await lab.settled();
  const own = await advertised(a, 'eth0', 'fdb2:2c26:f4e5:');
  expect(own).toHaveLength(1);
  eth0.address.delete(`${own[0]?.local}/64`);
  await expect.poll(() => advertised(a, 'eth0', 'fdb2:2c26:f4e5:')).toHaveLength(1);
  const routes = () => read(a, 'ip', ['-j', '-6', 'route', 'show', 'default', 'proto', 'ra']);
  expect(await routes()).toHaveLength(1);
  ra.withdraw();
  ra.withdraw();
  await expect.poll(routes).toEqual([]);
});

// the same; the referee reads what is sent
describeCapturing(() => {
  needs('tcpdump');

  test('an advertisement has all that was said', async ({ lab }) => {
    const [a, r] = [lab.namespace('a'), lab.router('r')];
    lab.cable(a, r);
    const args = ['-Z', 'root', '-l', '-nn', '-v', '-i', 'eth0', 'icmp6 and ip6[40] == 134'];
    await using referee = await a.daemon('tcpdump', args, { ready: { log: 'listening on' } });
    using _ra = r.advertise({
      ...{ prefix: PREFIX, lifetime: 600, validLft: 900, preferredLft: 300, mtu: 1400, managed: true, other: true },
      ...{ dns: ['fdb2:2c26:f4e4::53', 'fdb2:2c26:f4e4::54'] },
    });
    await expect.poll(() => referee.output).toContain('rdnss option');
    expect(referee.output.replaceAll(/\s+/g, ' ')).toMatch(
      /hlim 255, .*fe80::\S+ > ff02::1: .*router advertisement, .*hop limit 64, Flags \[managed, other stateful\], pref medium, router lifetime 600s, .*source link-address option.*mtu option.*: 1400 .*prefix info option.*: fdb2:2c26:f4e4::\/64, Flags \[onlink, auto\], valid time 900s, pref\. time 300s .*rdnss option.*lifetime 600s, addr: fdb2:2c26:f4e4::53 addr: fdb2:2c26:f4e4::54/,
    );
    expect(referee.output).toContain('[icmp6 sum ok]');
  });
});

// the same; nobody hears the router
test('an address that does not come is named', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  using _deaf = lab.partition([a], [r]);
  using _ra = r.advertise({ prefix: PREFIX });
  expect(await failureOf(a.settled({ within: 20 }))).toContain(
    '\n  the address of a/eth0 in fdb2:2c26:f4e4::/64, which r/eth0 advertises',
  );
});

test.for<[options: unknown, message: string]>([
  [
    { prefix: 'fd00::/48' },
    "r.advertise: prefix must be an IPv6 subnet of 64 bits such as 'fd00:7::/64' (RFC 4862 section 5.5.3): received 'fd00::/48'",
  ],
  [
    { prefix: 'fd00::1/64' },
    "r.advertise: prefix must be an IPv6 subnet of 64 bits such as 'fd00:7::/64' (RFC 4862 section 5.5.3): received 'fd00::1/64'",
  ],
  [
    {},
    "r.advertise: prefix must be an IPv6 subnet of 64 bits such as 'fd00:7::/64' (RFC 4862 section 5.5.3): received undefined",
  ],
  [
    { prefix: PREFIX, lifetime: 70_000 },
    'r.advertise: lifetime must be a whole number from 0 to 65535: received 70000',
  ],
  [{ prefix: PREFIX, dns: ['10.0.0.1'] }, "r.advertise: dns must be a list of IPv6 addresses: received ['10.0.0.1']"],
  [{ prefix: PREFIX, interval: 5 }, 'r.advertise: interval must be 100 ms or more: received 5'],
])('a router does not advertise %o', ([options, message], { lab }) => {
  const r = lab.router('r');
  lab.cable(lab.namespace('a'), r);
  expect(() => r.advertise(options as never)).toThrow(new UsageError(message));
  expect(() => lab.namespace('h').advertise({ prefix: PREFIX })).toThrow(
    new UsageError('h.advertise: h is a host, and forwards nothing: lab.router() makes a router'),
  );
});
