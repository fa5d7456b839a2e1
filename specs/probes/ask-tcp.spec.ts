import { expect, test } from 'hairpin';
import { askTcp } from '../../lib/probes/ask-tcp.ts';
import { toQuestion } from '../../lib/probes/to-question.ts';
import { Capture } from '../../lib/trace/capture.ts';

// a ── b, where nobody listens
test('a question that is asked once more knows all of its probes', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  using asker = askTcp(toQuestion('spec', a, b, { by: 'tcp' }), 8080);
  for (const round of ['first', 'second']) {
    // Each round counts its probes from 0.
    asker.send(0);
    const isProbe = () =>
      Capture.of(lab)
        .frames()
        .filter(({ at, direction, bytes }) => at.namespace === a && direction === 'out' && asker.recognize(bytes));
    await expect.poll(() => isProbe().length, { message: round }).toBe(round === 'first' ? 1 : 2);
  }
});
