import { createLab, expect, KernelError, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { MulticastRouter } from '../../lib/kernel/sockets/multicast-router.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { needsMroute } from '../needs-mroute.ts';
import { read } from './referee.ts';

interface Shown {
  src: string;
  dst: string;
  iif: string;
  multipath: { oif: string; ttl?: number }[];
}

const FAMILIES = [
  { family: 4, group: '239.1.1.1' },
  { family: 6, group: 'ff05::1' },
] as const;

// a eth0 ── eth0 r eth1 ── eth0 b
//                  eth2 ── eth0 c
function build(lab: Lab) {
  const [a, b, c, r] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.router('r')];
  const [eth0, eth1, eth2] = [lab.cable(r, a).a, lab.cable(r, b).a, lab.cable(r, c).a];
  return { a, b, c, r, eth0, eth1, eth2 };
}

const addressOf = (host: Namespace, family: 4 | 6) => String(host.interface('eth0').address.first(family)?.address);
const shown = (r: Namespace, family: 4 | 6) => read<Shown>(r, 'ip', [`-${family}`, '-j', 'mroute']);

test.for(FAMILIES)(
  'a program that has joined $group hears a program beyond the router',
  async ({ family, group }, { lab, skip }) => {
    needsMroute(family, skip);
    const { a, b, r } = build(lab);
    await lab.settled();
    const source = addressOf(a, family);
    r.mroute.add({ group, source, in: 'eth0', out: ['eth1'] });
    const open = (host: Namespace) => `const s = require('dgram').createSocket('udp${family}');
    const own = ${family === 4 ? `'${addressOf(host, 4)}'` : "'::%eth0'"};`;
    const receiver = b.exec(process.execPath, [
      '-e',
      `${open(b)} s.on('message', (data, { address }) => { console.log(address, String(data)); s.close(); });
     s.bind(7777, () => { s.addMembership('${group}', own); console.log('joined'); });`,
    ]);
    await new Promise<void>((joined) => receiver.stdout.once('data', () => joined()));
    await a.exec(process.execPath, [
      '-e',
      `${open(a)} s.bind(0, () => { s.setMulticastInterface(own); s.setMulticastTTL(2);
       s.send('hello', 7777, '${group}', () => s.close()); });`,
    ]);
    expect((await receiver).stdout).toBe(`joined\n${source} hello`);
    expect(await shown(r, family)).toMatchObject([
      { src: source, dst: group, iif: 'eth0', multipath: [{ oif: 'eth1' }] },
    ]);
  },
);

test.for(FAMILIES)(
  'packets for $group leave only by the outputs of the route, until it is deleted',
  async ({ family, group }, { lab, skip }) => {
    needsMroute(family, skip);
    const { a, b, c, r, eth0, eth1, eth2 } = build(lab);
    await lab.settled();
    const [source, frame] = [addressOf(a, family), { ip: { destination: group }, udp: {} }];
    r.mroute.add({ group, source, in: eth0, out: [eth1] });
    await expect(b).toHear(a, { frame, copies: 1, only: true });
    r.mroute.replace({ group, source, in: eth0, out: [{ dev: eth2 }] });
    await expect(c).toHear(a, { frame, copies: 1, only: true });
    expect(r.mroute.list()).toMatchObject([
      { group, source, family, in: 'eth0', out: [{ dev: 'eth2', ttl: 1 }], packets: 2 },
    ]);
    r.mroute.delete({ group, source });
    expect([r.mroute.list(), await shown(r, family)]).toEqual([[], []]);
    await expect(c).not.toHear(a, { frame });
  },
);

test.for(FAMILIES)('a route for $group from any source', async ({ family, group }, { lab, skip }) => {
  needsMroute(family, skip);
  const { a, b, c, r } = build(lab);
  await lab.settled();
  const frame = { ip: { destination: group }, udp: {} };
  r.mroute.add({ group, in: 'eth0', out: ['eth1'] });
  await expect(b).toHear(a, { frame, copies: 1, only: true });
  await expect(a).not.toHear(c, { frame, droppedBy: 'mroute.wrong-in' });
  // The kernel wants the input among the outputs.
  const [route] = await shown(r, family);
  expect(route?.multipath.map(({ oif }) => oif)).toEqual(['eth0', 'eth1']);
  expect(r.mroute.list()).toMatchObject([{ source: undefined, out: [{ dev: 'eth0' }, { dev: 'eth1' }] }]);
});

test('a packet leaves only if its TTL is greater than the threshold of the output', async ({ lab }) => {
  const { a, b, c, r } = build(lab);
  r.mroute.add({ group: '239.1.1.1', in: 'eth0', out: ['eth1', { dev: 'eth2', ttl: 8 }] });
  const withTtl = (ttl: number) => ({ ip: { destination: '239.1.1.1', ttl }, udp: {} });
  await expect(b).toHear(a, { frame: withTtl(8), copies: 1, only: true });
  await expect(c).toHear(a, { frame: withTtl(9) });
  const [route] = await shown(r, 4);
  expect(route?.multipath).toMatchObject([{ oif: 'eth0' }, { oif: 'eth1' }, { oif: 'eth2', ttl: 8 }]);
});

test('an interface that is deleted makes room for another', async ({ lab }) => {
  const { b, r, eth0, eth1 } = build(lab);
  r.mroute.add({ group: '239.1.1.1', in: eth0, out: [eth1] });
  for (let count = 0; count < 40; count++) {
    const { a } = lab.cable(r, b);
    r.mroute.replace({ group: '239.1.1.1', in: eth0, out: [a] });
    a.delete();
  }
  r.mroute.replace({ group: '239.1.1.1', in: eth0, out: [eth1] });
  expect(await shown(r, 4)).toMatchObject([{ iif: 'eth0', multipath: [{ oif: 'eth0' }, { oif: 'eth1' }] }]);
});

// The kernel forgets an interface of the router that leaves the namespace, though it comes back with its ifindex.
test.for(FAMILIES)(
  'an interface that was away is an output for $group again',
  async ({ family, group }, { lab, skip }) => {
    needsMroute(family, skip);
    const { b, r, eth0, eth1 } = build(lab);
    const source = group === 'ff05::1' ? 'fd00::9' : '10.0.0.9';
    const given = { group, source, in: eth0, out: [eth1] };
    r.mroute.add(given);
    await r.exec('ip', ['link', 'set', 'eth1', 'netns', b.path, 'name', 'away']);
    await b.exec('ip', ['link', 'set', 'away', 'netns', r.path, 'name', 'eth1']);
    await r.exec('ip', ['link', 'set', 'eth1', 'up']);
    expect((await shown(r, family)).flatMap(({ multipath = [] }) => multipath)).toEqual([]);
    r.mroute.replace(given);
    expect(await shown(r, family)).toMatchObject([{ iif: 'eth0', multipath: [{ oif: 'eth1' }] }]);
  },
);

test('the route of an interface that was deleted does not lead to the next interface', async ({ lab }) => {
  const { b, r, eth0, eth1, eth2 } = build(lab);
  r.mroute.add({ group: '239.1.1.1', in: eth0, out: [eth1] });
  eth1.delete();
  r.mroute.add({ group: '239.2.2.2', in: eth0, out: [eth2, lab.cable(r, b).a] });
  const routes = await shown(r, 4);
  expect(routes.find(({ dst }) => dst === '239.1.1.1')?.multipath.map(({ oif }) => oif)).toEqual(['eth0']);
});

test.for(FAMILIES)('$group is refused while a program is the router', async ({ family, group }, { lab, skip }) => {
  needsMroute(family, skip);
  const { r, eth0, eth1 } = build(lab);
  const program = new MulticastRouter(engineOf(r).netns, family);
  try {
    program.addInterface(0, eth0.index);
    program.add({ group, source: undefined, input: 0, outputs: new Map([[0, 1]]) });
    const taken = () =>
      r.mroute.add({ group, source: group === 'ff05::1' ? 'fd00::9' : '10.0.0.9', in: eth0, out: [eth1] });
    expect(taken).toThrow(KernelError);
    expect(taken).toThrow('a program is the multicast router here already (smcrouted, pimd …): have it add the route');
    expect(r.mroute.list()).toMatchObject([{ group, in: 'eth0' }]);
  } finally {
    program.close();
  }
  expect(r.mroute.list()).toEqual([]);
});

// r eth0 ── eth0 a, and somebody who keeps the namespace of r alive
test('hairpin stops being the router when the lab ends', async () => {
  await using lab = createLab();
  const [r, a] = [lab.router('r'), lab.namespace('a')];
  lab.cable(r, a);
  r.mroute.add({ group: '239.1.1.1', in: 'eth0', out: [] });
  using held = NetNamespace.open(r.path);
  await lab.close();
  new MulticastRouter(held, 4).close();
});

test('wrong options are refused', ({ lab }) => {
  const { r } = build(lab);
  const given = { group: '239.1.1.1', in: 'eth0', out: ['eth1'] };
  r.mroute.add(given);
  r.mroute.add({ ...given, source: '10.0.0.2' });
  const calls: [call: () => void, message: string][] = [
    [
      () => r.mroute.add(given),
      'r.mroute.add: there is a multicast route for 239.1.1.1 from any source already: replace it',
    ],
    [
      () => r.mroute.add({ ...given, group: '10.0.0.1' }),
      "r.mroute.add: group must be a multicast address such as 239.1.1.1 or ff05::1: received '10.0.0.1'",
    ],
    [
      () => r.mroute.add({ ...given, group: '224.0.0.251' }),
      'r.mroute.add: group must be one that routers forward: packets for 224.0.0.251 stay on their link',
    ],
    [
      () => r.mroute.delete({ group: 'ff02::fb' }),
      'r.mroute.delete: group must be one that routers forward: packets for ff02::fb stay on their link',
    ],
    [
      () => r.mroute.add({ ...given, source: 'fd00::1' }),
      "r.mroute.add: source must be the address of a host that sends to 239.1.1.1: received 'fd00::1'",
    ],
    [
      () => r.mroute.add({ ...given, out: 'eth1' as never }),
      "r.mroute.add: out must be a list such as ['eth1'] or [{ dev: 'eth1', ttl: 8 }]: received 'eth1'",
    ],
    [
      () => r.mroute.add({ ...given, out: [{ dev: 'eth1', ttl: 255 }] }),
      'r.mroute.add: out[0]: ttl must be a whole number from 1 to 254: received 255',
    ],
    [
      () => r.mroute.add({ ...given, group: 'ff05::1', out: [{ dev: 'eth1', ttl: 2 }] }),
      'r.mroute.add: out[0]: ttl must be 1 for IPv6, which has no thresholds (ip6mr_mfc_add): received 2',
    ],
    [
      () => r.mroute.add({ ...given, in: undefined as never }),
      'r.mroute.add: in must be given: an interface, or its name',
    ],
  ];
  for (const [call, message] of calls) expect(call).toThrow(new UsageError(message));
  expect(() => r.mroute.delete({ group: '239.9.9.9' })).toThrow(/ENOENT.*\n.*there is no such multicast route/);
});
