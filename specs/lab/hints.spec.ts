import { createLab, expect, type Lab, type Namespace, test, UsageError } from 'hairpin';

interface Net {
  lab: Lab;
  named: Record<string, unknown>;
}

// a eth0 ── p0 sw
const guessed = test.extend<{ net: Net }>({
  net: async ({ lab }, use) => {
    const [a, sw] = [lab.namespace('a'), lab.switch('sw')];
    const cable = lab.cable(a, sw);
    await use({ lab, named: { a, sw, cable, lab, 'a/eth0': cable.a, 'sw/p0': cable.b } });
  },
});

guessed.for([
  ['a', 'ping', "write await expect(a).toReach(target), or await a.exec('ping', ['-c1', '10.0.0.2'])"],
  ['a', 'address', "an interface has the addresses: a.interface('eth0').address.add('10.0.0.9/24')"],
  ['sw', 'port', 'write sw.ports[0], or keep the end of the cable: const { b: port } = lab.cable(pc, sw)'],
  ['lab', 'host', "write lab.namespace('pc')"],
  ['lab', 'connect', 'write lab.cable(a, b)'],
  ['a/eth0', 'down', 'write a/eth0.set({ up: false }), or unplug the cable: cable.unplug()'],
  ['sw/p0', 'del', 'write sw/p0.delete()'],
  ['cable', 'cut', 'write cable.unplug(); cable.plug() plugs it in again'],
] as const)('%s.%s says what to write', ([name, guess, hint], { net }) => {
  const it = net.named[name] as Record<string, unknown>;
  expect(() => it[guess]).toThrow(new UsageError(`${name}.${guess} does not exist: ${hint}`));
});

// host: a lab that is not awaited at its end
test('using in place of await using', async () => {
  await using lab = createLab();
  expect(() => new DisposableStack().use(lab as never)).toThrow(
    new UsageError(
      'lab[Symbol.dispose] does not exist: write `await using lab = createLab()`, since the end of a lab takes time',
    ),
  );
});

// a
test('nobody else sees the names: they are not listed, and can be used', ({ lab }) => {
  const a = lab.namespace('a');
  expect('ping' in a).toBe(false);
  expect(Object.assign(a, { ping: 'mine' }).ping).toBe('mine');
});

// a   sw
guessed.for([
  [
    ({ lab }: Net) => lab.namespace('b', ...([{ address: '10.0.0.9/24' }] as unknown as [])),
    "lab.namespace('b') takes nothing but the name: received { address: '10.0.0.9/24' }; lab.cable and the calls for links " +
      'take addresses, and routes and settings have calls, too',
  ],
  [
    ({ lab, named }: Net) => lab.cable(named['a'] as Namespace, named['sw'] as Namespace, { b: { vlan: 10 } as never }),
    "lab.cable(a, sw): b: there is no option 'vlan': the VLANs of a port are set by " +
      'lab.cable(…).b.vlan.add({ id: 10, pvid: true, untagged: true })',
  ],
  [
    ({ lab, named }: Net) => lab.cable(named['a'] as Namespace, named['sw'] as Namespace, { a: { loss: 10 } as never }),
    "lab.cable(a, sw): a: there is no option 'loss': faults are made by lab.cable(…).a.impair({ delay: 100, loss: 10 })",
  ],
  [
    ({ named }: Net) => (named['a'] as Namespace).exec(['ip', 'address'] as never),
    "a.exec: file must be a program's name, and its arguments a list behind it, as in a.exec('ip', ['address']): " +
      "received ['ip', 'address']",
  ],
] as const)('a wrong call says the right one: %$', ([call, message], { net }) => {
  expect(() => call(net)).toThrow(new UsageError(message));
});

// a
test('an option by the word of another tool', async ({ lab }) => {
  const a = lab.namespace('a');
  expect(() => a.route.add({ to: 'default', gateway: '10.0.0.1' } as never)).toThrow(
    "there is no option 'gateway' (the nearest is via); the options are to,",
  );
  await expect(expect(a).toHaveRoute({ dst: 'default' } as never)).rejects.toThrow(
    "a route has no 'dst' (the nearest is to);",
  );
});
