import { expect, type Lab, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { toQuestion } from '../../lib/probes/to-question.ts';
import { UdpAsker } from '../../lib/probes/udp-asker.ts';
import { Capture } from '../../lib/trace/capture.ts';

const [A, B, ROUTER, OTHER] = ['10.0.0.1', '10.0.0.2', '10.0.0.77', '10.0.0.78'];
const PORT = 53;

// a ── b
/** The probe of a question, and the same frame with other ends. */
async function ask(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const asker = new UdpAsker(toQuestion('spec', a, b, { by: 'udp' }), PORT);
  onTestFinished(() => asker[Symbol.dispose]());
  asker.send(0);
  const seen = () =>
    Capture.of(lab)
      .frames()
      .find(({ bytes }) => asker.recognize(bytes) === 'probe')?.bytes;
  await expect.poll(seen).toBeDefined();
  const probe = seen() as Buffer;
  const port = probe.readUInt16BE(34);
  const between = (source: [string, number], destination: [string, number], data?: string) => {
    const frame = Buffer.from(probe);
    for (const [at, [address, number]] of [source, destination].entries()) {
      frame.set(address.split('.').map(Number), 26 + 4 * at);
      frame.writeUInt16BE(number, 34 + 2 * at);
    }
    if (data) frame.write(data, 42);
    return asker.recognize(frame);
  };
  return { between, port };
}

test('a probe is known by its own port or its data, and an answer by the ends of the probe', async ({ lab }) => {
  const { between, port } = await ask(lab);
  expect(between([B, PORT], [A, port], 'an answer')).toBe('answer');
  // A router gave the probe other ends.
  expect(between([ROUTER, 4000], [OTHER, 5000])).toBe('probe');
  expect(between([OTHER, 5000], [ROUTER, 4000], 'an answer')).toBe('answer');
});

test('a copy of a probe that a server sends back is no probe', async ({ lab }) => {
  const { between, port } = await ask(lab);
  expect(between([OTHER, 6000], [A, port])).toBeUndefined();
  expect(between([ROUTER, 4000], [B, PORT])).toBe('probe');
  expect(between([OTHER, 6000], [ROUTER, 4000])).toBeUndefined();
});

test('datagrams of others are neither', async ({ lab }) => {
  const { between, port } = await ask(lab);
  expect(between([OTHER, 4000], [B, PORT], 'a question of its own')).toBeUndefined();
  expect(between([A, port + 1], [B, PORT + 1], 'a question of its own')).toBeUndefined();
  expect(between([B, PORT], [A, port + 1], 'an answer to it')).toBeUndefined();
});
