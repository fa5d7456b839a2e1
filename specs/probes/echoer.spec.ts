import { expect, test } from 'hairpin';
import { Echoer } from '../../lib/probes/echoer.ts';
import { fakeQuestion } from './fake-asking.ts';

// a, which asks a thousand addresses of its own
test('a row of a matrix may be longer than a socket has room for answers', async ({ lab }) => {
  const a = lab.namespace('a');
  const { a: device } = lab.cable(a, lab.namespace('b'));
  const questions = Array.from({ length: 1000 }, (_, host) => ({
    from: a,
    source: { address: '127.0.0.1', device },
    to: { address: `127.0.${host >> 8}.${1 + ((host & 0xff) % 254)}`, namespace: a },
    family: 4 as const,
    bound: undefined,
  }));
  using echoer = new Echoer(a, 4);
  const { quiet } = fakeQuestion({ quiet: { reached: async () => true } });
  const patience = { milliseconds: 100, within: 0, wanted: () => false, quiet: () => quiet, untilQuiet: true };
  const results = await echoer.ask(questions, patience);
  expect(results.filter(({ outcome }) => outcome !== 'answered')).toEqual([]);
});
