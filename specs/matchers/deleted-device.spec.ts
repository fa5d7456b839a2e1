import { expect, type Lab, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a eth0 ── p0 sw p1 ── eth0 b, with a macvlan x0 that a program deletes
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  const { a: parent } = lab.cable(b, sw);
  const x0 = b.macvlan({ parent, name: 'x0' });
  return { a, b, x0, remove: () => b.exec('ip', ['link', 'del', 'x0']) };
}

test('a question does not break where a program has deleted a device', async ({ lab }) => {
  const { a, b, x0, remove } = build(lab);
  await remove();
  await expect(a).toReach(b);
  expect(x0.deleted).toBe(true);
  expect(b.interfaces.map(String)).toEqual(['b/eth0']);
  await expect(b).toReach(a, { by: 'tcp' });
  await expect(b).toHear(a);
  await expect(a).not.toReach('10.0.0.99', { because: 'lost' });
  await expect(lab).toMatchReachability(`
       a  b
    a  .  ✓
    b  ✓  .`);
});

test('nor does a failure that it explains', async ({ lab }) => {
  const { a, b, remove } = build(lab);
  await remove();
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await failureOf(expect(a).toReach(b, { family: 4, within: 50 }))).toContain(
    '✗ b answers no echo: net.ipv4.icmp_echo_ignore_all is 1',
  );
});

test('nor a question that is under way while it goes', async ({ lab }) => {
  const { a, b, x0, remove } = build(lab);
  const asked = failureOf(expect(a).toReach(x0, { within: 400 }));
  b.interface('eth0').set({ up: false });
  await remove();
  // Whatever it is: nothing of it, and no ENODEV.
  expect(await asked).toMatch(/\nReceived: {2}none \(/);
  b.interface('eth0').set({ up: true });
  await expect(a).toReach(b);
});

test('who asked from it is told that it is gone', async ({ lab }) => {
  const { a, b, x0, remove } = build(lab);
  await remove();
  await expect(async () => expect(a).toReach(x0)).rejects.toThrow('b/x0.address.list: the interface has been deleted');
  await expect(async () => expect(b).toReach(a, { from: x0 })).rejects.toThrow(
    'from must be an interface of b with an IPv4 address, or one of its addresses: received b/x0',
  );
});

test('a device that comes and goes breaks no question', async ({ lab }) => {
  const { a, b, remove } = build(lab);
  await remove();
  const batch = Array.from({ length: 25 }, (_, n) =>
    [
      `link add v${n} link eth0 type macvlan`,
      `address add 10.0.0.${n + 100}/24 dev v${n}`,
      `link set v${n} up`,
      `link del v${n}`,
    ].join('\n'),
  );
  const churn = b.exec('ip', ['-batch', '-'], { input: `${batch.join('\n')}\n` });
  let over = false;
  const ended = churn.finally(() => {
    over = true;
  });
  do {
    await expect(a).toReach(b.interface('eth0'));
    await expect(b.interface('eth0')).toHear(a);
  } while (!over);
  await ended;
});
