import { expect, test } from 'hairpin';
import { diagnose } from '../../lib/diagnosis/diagnose.ts';
import { putQuestion, traceOf } from '../../lib/matchers/put-question.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';

// a ── eth0 (r) eth1 ── b: r gives the address of a host that is not there to what is for 10.0.9.9
test('without a further probe nobody tells of a translation, and no route is blamed', async ({ lab }) => {
  const { a, r } = addRoutedHosts(lab);
  await addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.9.9 dnat to 10.0.1.77']);
  const question = { call: 'toReach', from: a, to: '10.0.9.9', options: {} };
  const put = await putQuestion({ ...question, isNot: false, waypoints: undefined, patience: { milliseconds: 50 } });
  const { diagnosis } = await diagnose({ ...question, report: put.report, trace: traceOf(put) }, true);
  // Once the router has said that its question got no answer, the silent host is known.
  const lost = { lastSeen: 'b/eth0', cause: { code: 'address.none', facts: { address: '10.0.1.77' } } };
  const silent = { code: 'neighbour.unanswered', facts: { asked: { by: 'r', address: '10.0.1.77' }, lost } };
  expect([silent, { code: 'unknown', facts: { silent: 'r' } }]).toContainEqual(diagnosis.cause);
});
