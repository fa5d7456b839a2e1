import { expect, type Lab, type Namespace, type Switch, test, UsageError } from 'hairpin';

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
    ({ lab, named }: Net) =>
      lab.cable(named['a'] as Namespace, named['sw'] as Namespace, { address: '10.0.0.9' } as never),
    "lab.cable(a, sw): there is no option 'address' of a cable: an end has it, as in { a: { address: … } }",
  ],
  [
    ({ lab, named }: Net) => lab.cable(named['a'] as Namespace, named['sw'] as Namespace, { delay: 5 } as never),
    "lab.cable(a, sw): there is no option 'delay': faults are made by lab.cable(…).a.impair({ delay: 100, loss: 10 })",
  ],
  [
    ({ named }: Net) =>
      (named['sw'] as Switch).fdb.add({ mac: '02:00:00:00:00:07', port: named['sw/p0'] } as never, 0 as never),
    'sw.fdb.add: mac and port are arguments, and the options follow: sw.fdb.add(mac, port, { … })',
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
  const asked = { frame: { dst: '02:00:00:00:00:07' } } as never;
  await expect(expect(a).toHear(a, asked)).rejects.toThrow("there is no option 'dst' (the nearest is destination);");
  await expect(expect(a).toHear(a, { count: 1 } as never)).rejects.toThrow(
    "there is no option 'count' (the nearest is copies);",
  );
  await expect(expect(a).toReach(a, { proto: 'tcp' } as never)).rejects.toThrow(
    "there is no option 'proto' (the nearest is by);",
  );
});
