import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const KEY = '0123456789abcdef0123456789abcdef';

/** a ─ macsec0 ┄ eth0 ── eth0 ┄ macsec0 ─ b */
async function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: left, b: right } = lab.cable(a, b, { a: { address: false }, b: { address: false } });
  for (const [own, other, address] of [
    [left, right, '10.7.0.1/24'],
    [right, left, '10.7.0.2/24'],
  ] as const) {
    own.namespace.link('macsec', { parent: own, port: 1, encrypt: true, address });
    const add = (...args: string[]) => own.namespace.exec('ip', ['macsec', 'add', 'macsec0', ...args]);
    const sa = ['sa', '0', 'pn', '1', 'on', 'key', '01', KEY];
    await add('tx', ...sa);
    await add('rx', 'port', '1', 'address', other.mac);
    await add('rx', 'port', '1', 'address', other.mac, ...sa);
  }
  return { a, b };
}

describeNeeding(['macsec'], () => {
  test('what comes out of a MACsec is the same frame', async ({ lab }) => {
    const { a, b } = await build(lab);
    await expect(a).toReach('10.7.0.2');
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    expect(await diagnosed(expect(a).toReach('10.7.0.2', { within: 50 }))).toMatchObject({
      code: 'host.echo-ignored',
      lastSeen: 'b/macsec0',
    });
  });
});
