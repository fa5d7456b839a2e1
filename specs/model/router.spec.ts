import { describe, expect, test } from 'vitest';
import type { Frame } from '../../lib/model/frame.ts';
import type { ModelState } from '../../lib/model/network.ts';
import { predict } from '../../lib/model/predict.ts';
import { heardBy, stepsOf } from '../../lib/model/prediction.ts';
import type { PlannedHost } from './plan-host.ts';
import { planNetwork } from './plan-network.ts';

const MAC = { a: '02:00:00:00:00:0a', left: '02:00:00:00:00:01', right: '02:00:00:00:00:02', b: '02:00:00:00:00:0b' };
const FORWARDS = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };

/** a ── left r right ── b, of the subnets 10.0.0.0/24 and 10.0.1.0/24 */
function network(r: PlannedHost = {}, b: PlannedHost = {}, mtu = 1500): ModelState {
  return planNetwork(
    {
      'a/eth0': { mac: MAC.a, addresses: ['10.0.0.1/24', 'fd00::1/64'], peer: 'r/left' },
      'r/left': { mac: MAC.left, addresses: ['10.0.0.2/24', 'fd00::2/64'], peer: 'a/eth0' },
      'r/right': { mac: MAC.right, addresses: ['10.0.1.1/24', 'fd01::1/64'], peer: 'b/eth0', mtu },
      'b/eth0': { mac: MAC.b, addresses: ['10.0.1.2/24', 'fd01::2/64'], peer: 'r/right' },
    },
    { hosts: { r: { ...r, sysctls: { ...FORWARDS, ...r.sysctls } }, b } },
  );
}

/** What becomes of a packet that a gives to r. */
function send(state: ModelState, destination: string, more: Partial<Frame> & { from?: string } = {}) {
  const { from = destination.includes(':') ? 'fd00::1' : '10.0.0.1', ...frame } = more;
  const family = destination.includes(':') ? 6 : 4;
  const packet = { family, source: from, destination, protocol: 253, payload: Buffer.alloc(0) } as const;
  const etherType = family === 4 ? 0x0800 : 0x86dd;
  const sent = {
    source: MAC.a,
    destination: MAC.left,
    tags: [],
    etherType,
    length: 100,
    hopLimit: 64,
    packet,
    ...frame,
  };
  return predict(state, sent, { namespace: 'a', index: 1, direction: 'out' });
}

const drops = (...sent: Parameters<typeof send>) => stepsOf(send(...sent)).flatMap((step) => step.drops);
const codes = (...sent: Parameters<typeof send>) => drops(...sent).map(({ cause }) => cause.code);
const arrives = (...sent: Parameters<typeof send>) => heardBy(send(...sent)).some(({ namespace }) => namespace === 'b');
const unknowns = (...sent: Parameters<typeof send>) => stepsOf(send(...sent)).flatMap(({ unknown }) => unknown ?? []);

describe.for([
  [4, '10.0.1.2'],
  [6, 'fd01::2'],
] as const)('a router of IPv%i', ([family, b]) => {
  test('passes a packet on to the MAC address that an answer would bring, with a hop less', () => {
    expect(arrives(network(), b)).toBe(true);
    const [out] = stepsOf(send(network(), b)).filter(({ at }) => at.namespace === 'r' && at.direction === 'out');
    expect(out?.frame).toMatchObject({ source: MAC.right, destination: MAC.b, hopLimit: 63 });
  });

  test('passes nothing on with forwarding off, and takes what is its own', () => {
    const sysctl = family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
    const sysctls = { [sysctl]: '0', 'net.ipv4.conf.left.forwarding': '0' };
    expect(codes(network({ sysctls }), b)).toEqual(['router.forwarding-off']);
    expect(codes(network({ sysctls }), family === 4 ? '10.0.1.1' : 'fd01::1')).toEqual([]);
  });

  test.for(['blackhole', 'unreachable', 'prohibit'] as const)('sends nothing by a route of type %s', (type) => {
    const to = family === 4 ? '10.0.1.2/32' : 'fd01::2/128';
    expect(codes(network({ routes: [{ to, type }] }), b)).toEqual([`route.${type}`]);
  });

  test('has no route to everywhere, and takes the longest prefix', () => {
    const nowhere = family === 4 ? '192.0.2.1' : '2001:db8::1';
    expect(codes(network(), nowhere)).toEqual(['route.none']);
    const [all, via] = family === 4 ? ['0.0.0.0/0', '10.0.1.2'] : ['::/0', 'fd01::2'];
    const routes = [{ to: all, via, device: 'right' }];
    expect(arrives(network({ routes }), nowhere)).toBe(true);
    expect(codes(network({ routes: [...routes, { to: nowhere, type: 'blackhole' }] }), nowhere)).toEqual([
      'route.blackhole',
    ]);
  });

  test('lets nothing pass that has come far enough, or is too long', () => {
    expect(drops(network(), b, { hopLimit: 1 })).toMatchObject([
      { cause: { code: 'ip.ttl' }, reason: 'SKB_DROP_REASON_IP_INHDR' },
    ]);
    expect(codes(network({}, {}, 1000), b, { length: 1001 })).toEqual(['link.mtu']);
  });

  test('has an MTU of IPv6 alone for a device (addrconf_sysctl_mtu)', () => {
    const sysctls = { 'net.ipv6.conf.right.mtu': '1300' };
    const length = 1301;
    expect(codes(network({ sysctls }), b, { length })).toEqual(family === 6 ? ['link.mtu'] : []);
    expect(codes(network({ sysctls }), b, { length: 1300 })).toEqual([]);
    const where = { is: 'router', sysctl: 'net.ipv6.conf.right.mtu' };
    if (family === 6)
      expect(drops(network({ sysctls }), b, { length })).toMatchObject([{ cause: { facts: { mtu: 1300, where } } }]);
    // That of the device is no news.
    expect(drops(network({ sysctls: { 'net.ipv6.conf.right.mtu': '1500' } }), b, { length: 1501 })).toMatchObject([
      { cause: { facts: { mtu: 1500, where: { is: 'router' } } } },
    ]);
  });

  test('sends to an entry of its neighbour table, and to nobody whom nobody answers for', () => {
    const neighbours = [{ to: b, device: 'right', lladdr: '02:ff:ff:ff:ff:ff' }];
    expect(codes(network({ neighbours }), b)).toEqual(['neighbour.old-mac']);
    const absent = family === 4 ? '10.0.1.9' : 'fd01::9';
    expect(codes(network(), absent)).toEqual(['neighbour.unanswered']);
  });

  test('may ask somebody who answers for others, which the model does not follow', () => {
    const sysctls = { 'net.ipv4.conf.all.proxy_arp': '1', 'net.ipv6.conf.all.proxy_ndp': '1' };
    const absent = family === 4 ? '10.0.1.9' : 'fd01::9';
    expect(unknowns(network({}, { sysctls }), absent)).toEqual(['b may answer for others']);
  });
});

describe('rp_filter (__fib_validate_source)', () => {
  const filtering = (mode: string) => network({ sysctls: { 'net.ipv4.conf.left.rp_filter': mode } });

  test('1 takes a packet only by the device that leads back, 2 by any if one does', () => {
    expect(codes(filtering('1'), '10.0.1.2', { from: '10.0.1.9' })).toEqual(['host.rp-filter']);
    expect(arrives(filtering('2'), '10.0.1.2', { from: '10.0.1.9' })).toBe(true);
    expect(codes(filtering('2'), '10.0.1.2', { from: '192.0.2.1' })).toEqual(['host.rp-filter']);
    expect(arrives(filtering('0'), '10.0.1.2', { from: '192.0.2.1' })).toBe(true);
  });

  test('a host takes nothing that says it is from itself', () => {
    expect(codes(network(), '10.0.1.2', { from: '10.0.1.1' })).toEqual(['address.own-source']);
  });
});

test('an IPv4 packet that may be fragmented is cut, which the model does not follow', () => {
  expect(unknowns(network({}, {}, 1000), '10.0.1.2', { length: 1001, mayFragment: true })).toEqual([
    'r fragments the packet',
  ]);
});
