import { diagnosisOf, expect, type Lab, type Namespace, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

// a ── r, which accepts connections in b's place until b has accepted (SYNPROXY) ── b
async function build(lab: Lab) {
  const { a, r, b } = addRoutedHosts(lab);
  await proxySyns(r, 'forward');
  return { a, r, b };
}

/** The rules of nft(8). The ACK that ends the handshake must not count as part of a known connection. */
async function proxySyns(namespace: Namespace, hook: 'forward' | 'input'): Promise<void> {
  await addRules(namespace, 'ip raw p { type filter hook prerouting priority -300; }', [
    'tcp flags & (fin | syn | rst | ack) == syn notrack',
  ]);
  await addRules(namespace, `ip f c { type filter hook ${hook} priority 0; }`, [
    'ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm',
    'ct state invalid drop',
  ]);
  namespace.sysctl.set('net.netfilter.nf_conntrack_tcp_loose', 0);
}

test('a connection that the target accepts behind a SYN proxy is an answer', async ({ lab }) => {
  const { a, r, b } = await build(lab);
  await expect(a).toReach(b, { by: 'tcp', through: [r] });
  await expect(a).toReach('10.0.1.2', { by: 'tcp' });
});

test('a connection that only the proxy accepts is no answer', async ({ lab }) => {
  const { a, b } = await build(lab);
  await addRules(b, 'ip f i { type filter hook input priority 0; }', ['ip saddr 10.0.0.1 drop']);
  for (const target of [b, '10.0.1.2']) {
    await expect(a).not.toReach(target, { by: 'tcp' });
    await expect(a).not.toReach(target, { by: 'tcp', droppedBy: 'nft.drop', at: b });
  }
  const error = await expect(a)
    .toReach(b, { by: 'tcp', within: 100 })
    .catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(
    'none (the connection was accepted with a window of 0, as a SYN proxy does, and 10.0.1.2 never opened the window; ',
  );
  expect(diagnosisOf(error)).toMatchObject({ code: 'nft.drop', certainty: 'kernel', lastSeen: 'b/eth0' });
});

test('a closed port of the target refuses through the proxy', async ({ lab }) => {
  const { a, b } = await build(lab);
  const asked = { by: 'tcp', port: 4000, listen: false } as const;
  await expect(a).not.toReach(b, { ...asked, because: 'refused' });
  expect(await failureOf(expect(a).toReach(b, { ...asked, within: 100 }))).toMatch(
    /^Received: {2}a refusal: TCP reset from 10\.0\.1\.2 port 4000 /m,
  );
});

// a ── b, which is its own SYN proxy
test('a SYN proxy on the target itself', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await proxySyns(b, 'input');
  await expect(a).toReach(b, { by: 'tcp' });
  await expect(a).not.toReach(b, { by: 'tcp', port: 4000, listen: false, because: 'refused' });
});

// a ── b, whose server resets each connection at once
test('a connection that the server accepts and resets is an answer', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const script = `require('net').createServer((c) => c.resetAndDestroy()).listen(4000, '0.0.0.0', () => console.log('ready'))`;
  await b.daemon(process.execPath, ['-e', script], { ready: { log: 'ready' } });
  await expect(a).toReach(b, { by: 'tcp', port: 4000, listen: false });
});
