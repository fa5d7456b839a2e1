import { expect, test } from 'hairpin';
import { TcpAsker } from '../../lib/probes/tcp-asker.ts';
import { toQuestion } from '../../lib/probes/to-question.ts';
import { Capture } from '../../lib/trace/capture.ts';
import { ipPacketOf } from '../../lib/wire/ip-packet.ts';

// a ── b, where nobody listens
test('a question that is asked once more knows all of its probes', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  using asker = new TcpAsker(toQuestion('spec', a, b, { by: 'tcp' }), 8080);
  for (const round of ['first', 'second']) {
    // Each round counts its probes from 0.
    asker.send(0);
    const probes = () =>
      Capture.of(lab)
        .frames()
        .filter(({ at, bytes }) => at.namespace === a && asker.recognize(bytes) === 'probe')
        .map(({ bytes }) => ipPacketOf(bytes)?.payload.readUInt16BE(0));
    // Each is a connection from a new port; the kernel may send its SYN more than once.
    await expect.poll(() => new Set(probes()).size, { message: round }).toBe(round === 'first' ? 1 : 2);
  }
});
