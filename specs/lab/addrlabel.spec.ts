import { expect, type Namespace, test } from 'hairpin';
import { read } from './referee.ts';

/** The labels that `ip` tells, in the words of a spec. */
async function told(namespace: Namespace) {
  type Label = { address: string; prefixlen: number; ifname?: string; label: number };
  const all = await read<Label>(namespace, 'ip', ['-j', 'addrlabel']);
  return all.map(({ address, prefixlen, ifname: dev, label }) => ({ prefix: `${address}/${prefixlen}`, dev, label }));
}

// a eth0 ── eth0 b
test('labels are added and deleted', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  a.addrlabel.add({ prefix: 'fd08::/64', label: 42 });
  a.addrlabel.add({ prefix: 'fd09::/64', dev: eth0, label: 43 });
  a.addrlabel.delete({ prefix: '2002::/16' });

  const labels = await told(a);
  expect(labels).toContainEqual({ prefix: 'fd08::/64', dev: undefined, label: 42 });
  expect(labels).toContainEqual({ prefix: 'fd09::/64', dev: 'eth0', label: 43 });
  expect(labels).not.toContainEqual(expect.objectContaining({ prefix: '2002::/16' }));
  // `ip` writes the end of an address that was IPv4's in its notation.
  const plain = ({ prefix }: { prefix: string }) => !prefix.includes('ffff');
  const withLength = a.addrlabel
    .list()
    .map((each) => ({ ...each, prefix: each.prefix.replace(/^([^/]+)$/, '$1/128') }));
  expect(withLength.filter(plain)).toEqual(labels.filter(plain));

  a.addrlabel.delete({ prefix: 'fd09::/64', dev: 'eth0' });
  expect(await told(a)).not.toContainEqual(expect.objectContaining({ prefix: 'fd09::/64' }));
});

// a eth0 ── eth0 b
test('of two addresses the one with the label of the destination is sent from (RFC 6724 rule 6)', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: ['2001:db8:1::1/64', '2001:db8:2::1/64'] }, b: { address: '2001:db8:1::2/64' } });
  a.route.add({ to: 'default', via: '2001:db8:1::2' });
  const sourceTo = (to: string) => a.route.get(to).src;
  // Of two that are equal else, the longest common prefix decides (rule 8).
  expect(sourceTo('2001:db8:1:7::1')).toBe('2001:db8:1::1');

  a.addrlabel.add({ prefix: '2001:db8:2::/64', label: 99 });
  a.addrlabel.add({ prefix: '2001:db8:1:7::/64', label: 99 });
  expect(sourceTo('2001:db8:1:7::1')).toBe('2001:db8:2::1');
});

test.for([
  [
    { prefix: '10.0.0.0/8', label: 1 },
    'a.addrlabel.add: prefix must be a network of IPv6 such as fd01::/64: received 10.0.0.0/8',
  ],
  [{ label: 1 }, 'a.addrlabel.add: prefix must be a network of IPv6 such as fd01::/64: received undefined'],
  [{ prefix: 'fd01::/64' }, 'a.addrlabel.add: label must be given: a whole number from 0 to 4294967294'],
  [
    { prefix: 'fd01::/64', label: 2 ** 32 - 1 },
    'a.addrlabel.add: label must be a whole number from 0 to 4294967294: received 4294967295',
  ],
  [
    { prefix: 'fd01::/64', label: 1, name: 'x' },
    "a.addrlabel.add: there is no option 'name'; the options are prefix, dev, label",
  ],
] as [never, string][])('%o is refused', ([options, message], { lab }) => {
  expect(() => lab.namespace('a').addrlabel.add(options)).toThrow(message);
});

test('what the kernel refuses is said in the words of ip addrlabel, with its usual cause', ({ lab }) => {
  const a = lab.namespace('a');
  expect(() => a.addrlabel.add({ prefix: '::/0', label: 7 })).toThrow(
    /^ip -n a addrlabel add prefix ::\/0 label 7: EEXIST .*\n {2}usual cause: there is a label for this prefix already/,
  );
  expect(() => a.addrlabel.delete({ prefix: 'fd01::/64' })).toThrow(
    /^ip -n a addrlabel del prefix fd01::\/64 label 0: ESRCH .*\n {2}usual cause: there is no such label/,
  );
});
