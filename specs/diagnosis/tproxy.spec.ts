import { expect, type Namespace, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

const HTTP = { by: 'tcp', port: 80, within: 50 } as const;

// a ── r ── b: r hands what is for port 80 to a proxy of its own

async function intercept(r: Namespace, rule: string): Promise<void> {
  r.rule.add({ fwmark: 1, table: 100 });
  r.route.add({ to: 'default', type: 'local', dev: 'lo', table: 100 });
  await r.exec('nft', [
    `add table ip t; add chain ip t c { type filter hook prerouting priority -150; }; add rule ip t c tcp dport 80 ${rule}`,
  ]);
}

test('the answer of a transparent proxy is not that of the target', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const proxy =
    'use Socket; socket(S, AF_INET, SOCK_STREAM, 0); setsockopt(S, 0, 19, 1) or die $!; bind(S, pack_sockaddr_in(3129, INADDR_ANY)); listen(S, 5); sleep';
  await using _ = await r.daemon('perl', ['-e', proxy], { ready: { port: 3129 } });
  await intercept(r, 'tproxy to :3129 meta mark set 1 accept');
  const failure = await failureOf(expect(a).toReach(b, HTTP));
  expect(failure).toContain('not of b: r took the probe for its own');
  expect(failure).toContain('\nHint: a packet filter on the way translates 10.0.1.2, or has a proxy take it (tproxy)');
});

// The mark alone makes the packet r's own, and r refuses it to nobody by name: no reason is better than a wrong one.
test('a proxy that is not there is no fault of routes or neighbours', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await intercept(r, 'meta mark set 1 tproxy to :3129 accept');
  expect(await diagnosed(expect(a).toReach(b, HTTP))).toMatchObject({ code: 'unknown', lastSeen: 'r/eth0' });
});
