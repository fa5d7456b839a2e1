import { expect, type Namespace, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── r ── b

async function translate(host: Namespace, hook: string, rule: string): Promise<void> {
  await host.exec('nft', [
    `add table ip nat; add chain ip nat c { type nat hook ${hook} priority 0; }; add rule ip nat c ${rule}`,
  ]);
}

test.for([
  ['the target', 'b', 'b/eth0'],
  ['a router', 'r', 'r/eth0'],
] as const)('a translation to 127.0.0.1 by %s, without route_localnet', async ([, who, lastSeen], { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const host = who === 'b' ? b : r;
  await translate(host, 'prerouting', 'icmp type echo-request dnat to 127.0.0.1');
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
    code: 'ip.localnet',
    facts: { namespace: who, to: '127.0.0.1' },
    of: 'probe',
    lastSeen,
  });
  // With what the hint says, the host answers itself.
  host.sysctl.set('net.ipv4.conf.all.route_localnet', 1);
  if (who === 'b') await expect(a).toReach(b);
  else expect((await a.exec('ping', ['-c1', '-W1', '10.0.1.2'])).stdout).toContain('1 received');
});

test.for([
  ['a router', 'r', 'b'],
  ['the source', 'a', 'r'],
] as const)('a translation of the source to 127.0.0.5 by %s', async ([, who, refuser], { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await translate(who === 'r' ? r : a, 'postrouting', 'ip daddr 10.0.1.2 snat to 127.0.0.5');
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'ip.localnet',
    facts: { namespace: refuser, source: '127.0.0.5' },
  });
});
