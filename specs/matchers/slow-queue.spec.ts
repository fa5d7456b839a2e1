import { expect, test } from 'hairpin';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { needs } from '../needs.ts';
import { keptBack } from './kept-back.ts';

// a ── b, whose answers wait for tokens longer than a negative is held elsewhere
test('an answer that a queueing discipline keeps back is waited for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  // The answer to ARP takes 42 bytes of the 100, the echo wants 98, and 125 a second come.
  await keptBack({ before: eth0, at: eth0, protocol: IP_PROTOCOL.icmp }, 'rate 1kbit burst 100', async () => {
    await expect(expect(a).not.toReach(b, { size: 56 })).rejects.toThrow(/^Received: {2}an answer/m);
  });
});

needs('ping');

// a ── b, whose answers wait in a class that sends some bits a second
test.for([
  // b's own packet before takes 98 bytes, so the answer waits for 2.3 s.
  { rate: '340bit', received: /^Received: {2}an answer/m },
  // For 98 s.
  {
    rate: '8bit',
    received: /^Received: {2}inconclusive: the probe failed: htb of b\/eth0 kept packets back for longer than 5 s/m,
  },
])('so is one that waits in a class of htb, at $rate', async ({ rate, received }, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  // Without IPv6, b sends no MLD reports. They would take tokens, too, seconds after the start.
  b.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
  const tc = (words: string) => b.exec('tc', words.split(' '));
  await expect(a).toReach(b);
  await tc('qdisc add dev eth0 root handle 1: htb default 1 r2q 1');
  await tc(`class add dev eth0 parent 1: classid 1:1 htb rate ${rate} burst 1 quantum 1500`);
  await b.exec('ping', ['-c', '1', '-W', '0.01', '10.0.0.1'], { reject: false });
  // Answers to ARP would wait as well.
  await expect(expect(a).not.toReach(b, { neighbours: 'kept' })).rejects.toThrow(received);
});
