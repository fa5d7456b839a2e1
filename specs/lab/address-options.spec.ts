import { type AddressAddOptions, expect, type Lab, test } from 'hairpin';
import { read } from './referee.ts';

// a eth0 ── eth0 b
function build(lab: Lab) {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'), { a: { address: false } });
  return eth0;
}

/** Each with what `ip -j address` says of it. */
const CASES: [text: string, options: AddressAddOptions, told: object][] = [
  ['10.1.0.1/32', { peer: '10.1.0.2' }, { local: '10.1.0.1', address: '10.1.0.2', prefixlen: 32 }],
  ['fd01::1/128', { peer: 'fd01::2' }, { local: 'fd01::1', address: 'fd01::2', prefixlen: 128 }],
  ['10.1.0.1/24', { broadcast: '10.1.0.255', label: 'eth0:1' }, { broadcast: '10.1.0.255', label: 'eth0:1' }],
  ['10.1.0.1/24', { scope: 'link' }, { scope: 'link' }],
  ['10.1.0.1/24', { metric: 700 }, { metric: 700 }],
  ['fd01::1/64', { metric: 700 }, { metric: 700 }],
  ['10.1.0.1/24', { noPrefixRoute: true }, { noprefixroute: true }],
  ['fd01::1/64', { noPrefixRoute: true, home: true }, { noprefixroute: true, home: true }],
  ['fd01::1/64', { managesTemporary: true }, { mngtmpaddr: true }],
  ['10.1.0.1/24', { lifetime: { valid: 3000, preferred: 0 } }, { deprecated: true, preferred_life_time: 0 }],
];

test.for(CASES)('%s with %o, as ip address has it', async ([text, options, told], { lab }) => {
  const eth0 = build(lab);
  eth0.address.add(text, options);
  const [{ addr_info: all = [] } = {}] = await read<{ addr_info?: { local: string }[] }>(eth0.namespace, 'ip', [
    ...['-j', '-d', 'address', 'show', 'dev', 'eth0'],
  ]);
  expect(all.find(({ local }) => local === text.replace(/\/.*/, ''))).toMatchObject(told);
  const { lifetime: _, dad: __, ...same } = options;
  await expect(eth0).toHaveAddress({ address: text.replace(/\/.*/, ''), ...same });
});

test('a lifetime counts down', async ({ lab }) => {
  const eth0 = build(lab);
  eth0.address.add('10.1.0.1/24', { lifetime: { valid: 3000, preferred: 2000 } });
  const [{ addr_info: [info] = [] } = {}] = await read<{ addr_info?: Record<string, number>[] }>(eth0.namespace, 'ip', [
    ...['-j', '-4', 'address', 'show', 'dev', 'eth0'],
  ]);
  expect(info?.['valid_life_time']).toBeGreaterThan(2000);
  expect(info?.['preferred_life_time']).toBeGreaterThan(1000);
  expect(info?.['preferred_life_time']).toBeLessThanOrEqual(2000);
});

test('a group is joined', async ({ lab }) => {
  const eth0 = build(lab);
  eth0.address.add('239.1.1.1/32', { autojoin: true });
  const [device] = await read<{ maddr: { address?: string }[] }>(eth0.namespace, 'ip', [
    ...['-j', 'maddress', 'show', 'dev', 'eth0'],
  ]);
  expect(device?.maddr).toContainEqual(expect.objectContaining({ address: '239.1.1.1' }));
});

test('a point-to-point address is deleted by its far end', async ({ lab }) => {
  const eth0 = build(lab);
  eth0.address.add('10.1.0.1/32', { peer: '10.1.0.2' });
  await expect(eth0.namespace).toHaveRoute({ to: '10.1.0.2', dev: 'eth0' });
  expect(() => eth0.address.delete('10.1.0.1/32')).toThrow('it has 10.1.0.1 peer 10.1.0.2/32');
  eth0.address.delete('10.1.0.1/32', { peer: '10.1.0.2' });
  expect(eth0.address.list().filter(({ family }) => family === 4)).toEqual([]);
});

test.for([
  ['fd01::1/64', { broadcast: '10.1.0.255' }, 'broadcast belongs to addresses of IPv4: received fd01::1'],
  ['10.1.0.1/24', { home: true }, 'home belongs to addresses of IPv6: received 10.1.0.1'],
  ['10.1.0.1/24', { peer: 'fd01::2' }, 'peer must be an address of IPv4: received fd01::2'],
  ['10.1.0.1/24', { autojoin: true }, 'autojoin belongs to groups such as 239.1.1.1: received 10.1.0.1'],
  [
    '10.1.0.1/24',
    { lifetime: { valid: 10, preferred: 20 } },
    'lifetime must have valid, from 1, and preferred, at most valid: received { preferred: 20, valid: 10 }',
  ],
  ['10.1.0.1/24', { metric: -1 }, 'metric must be a whole number from 0 to 4294967295: received -1'],
  ['10.1.0.1/24', { preferredLft: 7 }, "there is no option 'preferredLft' (the nearest is lifetime)"],
] as [string, AddressAddOptions, string][])('%s with %o is refused', ([text, options, message], { lab }) => {
  const eth0 = build(lab);
  expect(() => eth0.address.add(text, options)).toThrow(`a/eth0.address.add: ${message}`);
});
