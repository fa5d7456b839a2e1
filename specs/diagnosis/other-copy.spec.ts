import { once } from 'node:events';
import { expect, test } from 'hairpin';
import { describeLoadingPrograms } from '../needs.ts';
import { needReasons } from '../trace/kernel-line.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

describeLoadingPrograms(() => {
  // a ── sw ─┬─ eth0 b
  //          └─ eth1 b
  test('a copy that the kernel dropped at another device of the host is not the cause', async ({ lab, skip }) => {
    needReasons(skip);
    const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
    lab.cable(a, sw);
    lab.cable(b, sw);
    lab.cable(b, sw, { a: { name: 'eth1', address: false } });
    await b.exec('nft', [
      'add table netdev t; add chain netdev t c { type filter hook ingress device eth1 priority 0; }; add rule netdev t c drop',
    ]);
    b.sysctl.set('net.ipv4.conf.eth0.arp_ignore', 8);
    expect(await diagnosed(expect(a).toReach('10.0.0.2', SHORT))).toMatchObject({
      code: 'neighbour.arp-ignore',
      facts: { device: 'b/eth0' },
    });
  });

  // a ── b, where a program listens to all of ICMP, and drops what it hears
  test('what a raw socket drops has come to the host all the same', async ({ lab, skip }) => {
    needReasons(skip);
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    // SO_ATTACH_FILTER, with one instruction: return 0.
    const deaf =
      'use Socket; socket(S, AF_INET, SOCK_RAW, 1); $drop = pack("SCCL", 6, 0, 0, 0); ' +
      'setsockopt(S, SOL_SOCKET, 26, pack("Sx6P", 1, $drop)) or die $!; $| = 1; print 1; <STDIN>';
    const listener = b.exec('perl', ['-e', deaf], { stdin: 'pipe', reject: false });
    await once(listener.stdout, 'data');
    await expect(a).toReach(b);
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({ code: 'host.echo-ignored' });
    listener.kill();
    await listener;
  });
});
