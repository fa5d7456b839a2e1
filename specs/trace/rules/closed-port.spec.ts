import { createServer } from 'node:net';
import { expect, type Lab, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── web
function build(lab: Lab) {
  const [a, r, web] = [lab.namespace('a'), lab.router('r'), lab.namespace('web')];
  lab.cable(a, r);
  lab.cable(r, web);
  return { a, r, web };
}

const DESTINATION = 'ip nat pre { type nat hook prerouting priority -100; }';

async function hintOf(assertion: PromiseLike<unknown>): Promise<string | undefined> {
  return /^Hint: (.*)$/m.exec(await failureOf(assertion))?.[1];
}

test.for(['tcp', 'udp'] as const)(
  '%s: behind a port that is forwarded, it is the server that refuses',
  async (by, { lab }) => {
    const { a, r } = build(lab);
    await addRules(r, DESTINATION, [`${by} dport 8080 dnat to 10.0.1.2:80`]);
    expect(await hintOf(expect(a).toReach(r, { by, port: 8080, within: 50 }))).toBe(
      `nothing listens at ${by} port 80 in web`,
    );
  },
);

test('a port that the target itself hands to another', async ({ lab }) => {
  const { a, web } = build(lab);
  await addRules(web, DESTINATION, ['udp dport 80 redirect to :81']);
  expect(await hintOf(expect(a).toReach(web, { by: 'udp', port: 80, within: 50 }))).toBe(
    'nothing listens at udp port 81 in web',
  );
});

test('a server that listens at another address alone', async ({ lab }) => {
  const { a, web } = build(lab);
  const server = web.run(() => createServer().listen(8080, '127.0.0.1'));
  const hint = await hintOf(expect(a).toReach(web, { by: 'tcp', port: 8080, within: 50 }));
  server.close();
  expect(hint).toBe('tcp port 8080 of web is open only at 127.0.0.1, not at 10.0.1.2');
});

test('over IPv6, too', async ({ lab }) => {
  const { a, web } = build(lab);
  const server = web.run(() => createServer().listen(8080, '::1'));
  const hint = await hintOf(expect(a).toReach(web, { by: 'tcp', family: 6, port: 8080, within: 50 }));
  server.close();
  expect(hint).toMatch(/^tcp port 8080 of web is open only at ::1, not at fd00\S+:2$/);
});

test('where a rule refuses, nobody is said not to listen', async ({ lab }) => {
  const { a, web } = build(lab);
  await addRules(web, 'inet t c { type filter hook input priority 0; }', ['tcp dport 80 reject with tcp reset']);
  const failure = await failureOf(expect(a).toReach(web, { by: 'tcp', port: 80, listen: false, within: 50 }));
  expect(failure).toContain('✗ refused by the packet filter of web, table inet t, chain c (hook input):\n');
  expect(failure).not.toContain('nothing listens');
});
