import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { addRules } from '../trace/rules/add-rules.ts';

// a ── b: what comes to a of b's answer acknowledges another number, so a's kernel sends a reset for it
test('a reset by the asker’s own kernel is not the probe', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await addRules(a, 'ip t c { type filter hook prerouting priority -300; }', [
    'tcp flags & (syn | ack) == syn | ack tcp ackseq set 1',
  ]);
  // The referee: b counts the resets.
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['tcp flags rst counter']);
  const failure = await failureOf(expect(a).toReach(b, { by: 'tcp', port: 80, within: 50 }));
  expect((await b.exec('nft', ['list', 'ruleset'])).stdout).not.toContain('packets 0');
  expect(failure.replaceAll(/:[1-9]\d{3,}/g, ':N')).toContain(
    `Path of the last probe (TCP 10.0.0.1:N > 10.0.0.2:80 [S]):
  a/eth0 → b/eth0

Path of its answer (TCP 10.0.0.2:80 > 10.0.0.1:N [S.]):
  b/eth0 → a/eth0`,
  );
});
