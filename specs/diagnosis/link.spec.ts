import { expect, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

// Proved by the kernel: of 1400 bytes an echo does not get through to an end with an MTU of 1000, of 900 it does.
test('the kernel drops what is longer than the receiver takes', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: far } = lab.cable(a, b);
  far.set({ mtu: 1000 });
  const ping = async (size: number) =>
    (await a.exec('ping', ['-c1', '-W1', '-M', 'do', '-s', String(size), '10.0.0.2'], { reject: false })).exitCode;
  expect(await ping(900)).toBe(0);
  expect(await ping(1372)).toBe(1);
  expect(await diagnosed(expect(a).toReach(b, { size: 1372, within: 50 }))).toEqual({
    code: 'link.mtu',
    facts: { device: 'b/eth0', mtu: 1000, length: 1400, where: { is: 'receiver', sender: 'a/eth0', senderMtu: 1500 } },
    of: 'probe',
    lastSeen: 'a/eth0',
  });
});
