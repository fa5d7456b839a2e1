import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// far eth0 ── up0 host, br0
test('an IPv4 address of a link that is down is still answered for, and the message says so', async ({ lab }) => {
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  lab.cable(host, far, { a: { name: 'up0', address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  const br0 = host.bridge({ name: 'br0', address: '10.7.0.1/32' });
  far.route.add({ to: '10.7.0.1', via: '192.0.2.1' });
  const HINT =
    'host/br0 is down, but its address 10.7.0.1 stays, and host answers for it at host/up0: delete the address as well';

  expect(await failureOf(expect(far).not.toReach('10.7.0.1'))).not.toContain('is down');
  br0.set({ up: false });
  await far.exec('ping', ['-c1', '-W20', '10.7.0.1']);
  expect(await failureOf(expect(far).not.toReach('10.7.0.1'))).toContain(HINT);
  // The mend helps.
  br0.address.delete('10.7.0.1/32');
  await expect(far).not.toReach('10.7.0.1', { because: 'lost' });
});
