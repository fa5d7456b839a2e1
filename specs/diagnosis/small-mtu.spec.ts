import { expect, type Lab, test } from 'hairpin';
import { read } from '../lab/referee.ts';
import { failureOf } from '../matchers/failure-of.ts';
import { diagnosed } from './diagnosed.ts';

// a ── r ── b: the kernel takes IPv6 from a device whose MTU falls below 1280
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: 'fd05::1/64' }, b: { address: 'fd05::2/64' } });
  lab.cable(r, b, { a: { address: 'fd06::1/64' }, b: { address: 'fd06::2/64' } });
  return { a, r, b };
}

test.for([
  ['b', 'fd06::2', 'r/eth0'],
  ['r', 'fd05::2', 'a/eth0'],
] as const)('of %s', async ([who, address, lastSeen], { lab }) => {
  const { a, r, b } = build(lab);
  await expect(a).toReach(b);
  const host = { r, b }[who];
  host.interface('eth0').set({ mtu: 1279 });
  const [link] = await read<{ addr_info: { family: string }[] }>(host, 'ip', ['-j', 'address', 'show', 'dev', 'eth0']);
  expect(link?.addr_info.filter(({ family }) => family === 'inet6')).toEqual([]);
  expect(await diagnosed(expect(a).toReach('fd06::2', { within: 50 }))).toEqual({
    code: 'address.gone',
    facts: {
      address,
      holder: who,
      why: `${who}/eth0 has no IPv6: its MTU is 1279, less than 1280`,
      mend: `${who}.interface('eth0').set({ mtu: 1280 }), and give it again`,
    },
    of: 'probe',
    lastSeen,
  });
  // The mend helps.
  host.interface('eth0').set({ mtu: 1280 });
  host.interface('eth0').address.add(`${address}/64`);
  await expect(who === 'b' ? r : a).toReach(address);
});

test('of the asker, and of the target alone', async ({ lab }) => {
  const { a, b } = build(lab);
  const words = (name: string) =>
    `${name}/eth0 has no IPv6: its MTU is 1200, less than 1280: ${name}.interface('eth0').set`;
  b.interface().set({ mtu: 1200 });
  expect(await failureOf(expect(a).toReach(b))).toContain(`b has no IP address to ask for; ${words('b')}`);
  a.interface().set({ mtu: 1200 });
  expect(await failureOf(expect(a).toReach('fd06::1'))).toContain(`a has no IPv6 address to ask from; ${words('a')}`);
});
