import { createLab, expect, type Namespace, test, UsageError } from 'hairpin';
import { refusal } from './referee.ts';

const policies = async (namespace: Namespace, ...words: string[]) =>
  (await namespace.exec('ip', [...words, 'xfrm', 'policy'])).stdout;

// a (eth0) ── b
test.for([
  [
    { dir: 'out', dst: '10.0.0.2', tmpl: { proto: 'esp', reqid: 1 } },
    ['src 0.0.0.0/0 dst 10.0.0.2/32', 'dir out priority 0', 'proto esp reqid 1 mode transport'],
  ],
  [
    { dir: 'in', src: 'fd00::/64', priority: 7, mark: '0x1/0xff', ifId: 9, flag: ['localok', 'icmp'] },
    ['src fd00::/64 dst ::/0', 'dir in priority 7 ptype main flag localok icmp', 'mark 0x1/0xff', 'if_id 0x9'],
  ],
  [
    { dir: 'fwd', proto: 'tcp', sport: 1, dport: 80, dev: 'eth0', action: 'block' },
    ['proto tcp sport 1 dport 80 dev eth0', 'dir fwd action block'],
  ],
  [
    { dir: 'out', family: 6, proto: 'ipv6-icmp', type: 135, code: 0 },
    ['src ::/0 dst ::/0 proto ipv6-icmp type 135 code 0'],
  ],
  [{ dir: 'out', proto: 47, key: 70_000 }, ['proto gre key 70000']],
  [
    {
      dir: 'in',
      tmpl: [
        { src: '192.0.2.1', dst: '192.0.2.2', proto: 'esp', spi: 5, mode: 'tunnel', level: 'use' },
        { proto: 'ah', mode: 'transport' },
        { src: 'fd00::1', dst: 'fd00::2', proto: 'comp', mode: 'beet' },
      ],
    },
    [
      'tmpl src 192.0.2.1 dst 192.0.2.2\n\t\tproto esp spi 0x00000005 reqid 0 mode tunnel\n\t\tlevel use',
      'tmpl src 0.0.0.0 dst 0.0.0.0\n\t\tproto ah reqid 0 mode transport',
      'tmpl src fd00::1 dst fd00::2\n\t\tproto comp reqid 0 mode beet',
    ],
  ],
] as const)('policy.add(%o) is %o in the words of iproute2', async ([options, words], { lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  a.xfrm.policy.add(options);
  const shown = await policies(a);
  for (const each of words) expect(shown).toContain(each);
});

// a (eth0) ── b
test('list says what ip xfrm policy has added, in order of age', async ({ lab }) => {
  const a = lab.namespace('a');
  const { a: eth0 } = lab.cable(a, lab.namespace('b'));
  const add = (words: string) => a.exec('ip', `xfrm policy add ${words}`.split(' '));
  await add(
    'src 10.0.0.0/8 dst 10.1.0.0/16 proto udp sport 7 dport 8 dev eth0 dir in priority 3 mark 0x2 mask 0xf if_id 5',
  );
  await add(
    'src ::/0 dst fd00::1/128 dir in flag icmp limit byte-hard 100 limit time-use-soft 9 tmpl proto esp mode tunnel level use',
  );
  const nothing = {
    src: undefined,
    dst: undefined,
    proto: undefined,
    sport: undefined,
    dport: undefined,
    dev: undefined,
  };
  const rest = { ...nothing, type: undefined, code: undefined, key: undefined, mark: undefined, ifId: undefined };
  const [first, second] = a.xfrm.policy.list();
  expect(first).toEqual({
    ...{ ...rest, family: 4, src: '10.0.0.0/8', dst: '10.1.0.0/16', proto: 'udp', sport: 7, dport: 8, dev: eth0.name },
    ...{ dir: 'in', action: 'allow', priority: 3, mark: '0x2/0xf', ifId: 5, flag: [], limit: undefined, tmpl: [] },
  });
  expect(second).toEqual({
    ...{ ...rest, family: 6, dst: 'fd00::1', dir: 'in', action: 'allow', priority: 0, flag: ['icmp'] },
    limit: { byteHard: 100, timeUseSoft: 9 },
    // iproute2 makes a template without addresses one of the policy's version of IP.
    tmpl: [
      { src: undefined, dst: undefined, proto: 'esp', spi: undefined, mode: 'tunnel', reqid: undefined, level: 'use' },
    ],
  });
});

// a ── (eth0) b
test('a policy that blocks is deleted by what it is for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  const answers = { dir: 'out', proto: 'icmp', type: 0, dev: eth0, mark: '0/0xff' } as const;
  b.xfrm.policy.add({ ...answers, action: 'block' });
  await expect(a).not.toReach(b, { family: 4 });
  b.xfrm.policy.delete(answers);
  expect(await policies(b)).toBe('');
  await expect(a).toReach(b, { family: 4 });
});

// a ── b
test('defaults block what no policy is for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  b.xfrm.defaults.set({ in: 'block' });
  expect(b.xfrm.defaults.get()).toEqual({ in: 'block', fwd: 'accept', out: 'accept' });
  b.xfrm.defaults.set({ fwd: 'block' });
  expect((await b.exec('ip', ['xfrm', 'policy', 'getdefault'])).stdout).toMatch(
    /in: *block\s+fwd: *block\s+out: *accept/,
  );
  await expect(a).not.toReach(b, { family: 4 });
  b.xfrm.defaults.set({ in: 'accept' });
  await expect(a).toReach(b, { family: 4 });
});

// a (eth0) ── b
test('a topology file says them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  const tmpl = { src: '10.0.0.1', dst: '10.0.0.2', proto: 'esp', mode: 'tunnel', reqid: 1 } as const;
  a.xfrm.policy.add({ dir: 'out', dst: '10.9.0.0/16', dev: eth0, mark: 1, ifId: 7, priority: 3, tmpl });
  a.xfrm.policy.add({
    dir: 'in',
    family: 6,
    proto: 'ipv6-icmp',
    type: 128,
    action: 'block',
    limit: { timeHard: 1000 },
  });
  a.xfrm.policy.add({ dir: 'in', family: 6, proto: 'ipv6-icmp', type: 129 });
  a.xfrm.defaults.set({ fwd: 'block' });
  const saved = lab.save();
  expect(saved).toContain('xfrmDefaults: [ { in: accept, fwd: block, out: accept } ]');

  await using copy = createLab();
  await copy.load({ text: saved });
  expect(copy.save()).toBe(saved);
  expect(await policies(copy.namespaces[0] as Namespace)).toBe(await policies(a));
});

// a
test('what the kernel refuses is said in the words of ip xfrm policy, with its usual cause', ({ lab }) => {
  const a = lab.namespace('a');
  a.xfrm.policy.add({ dir: 'in', dst: '10.0.0.2' });
  expect(refusal(() => a.xfrm.policy.add({ dir: 'in', dst: '10.0.0.2' }))).toMatch(
    /^ip -n a xfrm policy add src 0.0.0.0\/0 dst 10.0.0.2\/32 dir in action allow priority 0: EEXIST [\s\S]*there is a policy of this dir/,
  );
  expect(refusal(() => a.xfrm.policy.delete({ dir: 'in', dst: '10.0.0.3' }))).toMatch(
    /^ip -n a xfrm policy del src 0.0.0.0\/0 dst 10.0.0.3\/32 dir in: ENOENT [\s\S]*there is no such policy/,
  );
});

// a
test.for([
  [{}, 'a.xfrm.policy.add: dir must be given: one of in, out, fwd'],
  [{ dir: 'up' }, "a.xfrm.policy.add: dir must be one of in, out, fwd: received 'up'"],
  [
    { dir: 'in', dport: 80 },
    'a.xfrm.policy.add: dport belongs to a proto with ports such as tcp or udp: received proto undefined',
  ],
  [
    { dir: 'in', proto: 'tcp', type: 8 },
    'a.xfrm.policy.add: type belongs to proto icmp or ipv6-icmp: received proto tcp',
  ],
  [{ dir: 'in', proto: 'udp', key: 8 }, 'a.xfrm.policy.add: key belongs to proto gre: received proto udp'],
  [{ dir: 'in', src: '10.0.0.0/8', dst: 'fd00::1' }, 'a.xfrm.policy.add: src, dst must be of one version of IP'],
  [
    { dir: 'in', action: 'block', tmpl: { proto: 'esp' } },
    'a.xfrm.policy.add: a policy that blocks protects no packets: leave out tmpl, or action',
  ],
  [{ dir: 'in', tmpl: [{ mode: 'tunnel' }] }, 'a.xfrm.policy.add: tmpl[0]: proto must be given: one of esp, ah, comp'],
  [
    { dir: 'in', tmpl: { proto: 'esp', src: 'fd00::1' } },
    "a.xfrm.policy.add: tmpl[0]: a template of mode transport must be of the policy's version of IP, 4",
  ],
  [
    { dir: 'in', tmpl: { protocol: 'esp' } },
    "a.xfrm.policy.add: a value of tmpl has no 'protocol' (the nearest is proto); it has src, dst",
  ],
] as const)('policy.add(%o) is refused: %s', ([options, message], { lab }) => {
  const a = lab.namespace('a');
  const add = () => a.xfrm.policy.add(options as never);
  expect(add).toThrow(UsageError);
  expect(add).toThrow(message);
});

// a
test('defaults that are none are refused', ({ lab }) => {
  expect(() => lab.namespace('a').xfrm.defaults.set({ in: 'drop' as never })).toThrow(
    "a.xfrm.defaults.set: in must be one of accept, block: received 'drop'",
  );
});
