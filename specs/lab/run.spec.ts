import { readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'hairpin';

const here = () => readlinkSync('/proc/thread-self/ns/net');

// a
test('run puts the thread where exec puts a program, and back', async ({ lab }) => {
  const home = here();
  const a = lab.namespace('a');
  const { stdout } = await a.exec('readlink', ['/proc/self/ns/net']);
  expect(a.run(here)).toBe(stdout);
  expect(stdout).not.toBe(home);
  expect(here()).toBe(home);
});

// a, b
test('a run inside a run comes back to the outer namespace', ({ lab }) => {
  const home = here();
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [ofA, ofB] = [a.run(here), b.run(here)];
  expect(a.run(() => [here(), b.run(() => [here(), a.run(here), here()]), here()])).toEqual([
    ofA,
    [ofB, ofA, ofB],
    ofA,
  ]);
  expect(here()).toBe(home);
});

// a
test('run comes back after a throw, and hands the error on', ({ lab }) => {
  const home = here();
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const failure = new Error('inside');
  const fail = () => {
    throw failure;
  };
  expect(() => a.run(fail)).toThrow(failure);
  expect(here()).toBe(home);
  const caught = b.run(() => {
    expect(() => a.run(fail)).toThrow(failure);
    return here();
  });
  expect(caught).toBe(b.run(here));
});

// a
test('run refuses a function that goes on after it returned, and comes back', ({ lab }) => {
  const home = here();
  const a = lab.namespace('a');
  const refused = new TypeError(
    'run(fn) takes a synchronous function: fn returned a promise, and what comes after its first `await` would run ' +
      "outside of the namespace. Open the socket or spawn the child inside run, and await it outside; or use 'exec'",
  );
  expect(() => a.run(async () => 1)).toThrow(refused);
  // Its own failure is nobody's unhandled rejection.
  expect(() => a.run(() => Promise.reject(new Error('inside')))).toThrow(refused);
  expect(here()).toBe(home);
});

// a eth0 ── eth0 b (Node's own TCP server)
test("a server of Node's that run opened inside is reached from the other namespace", async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const server = b.run(() => createServer((socket) => socket.end('hello')).listen(8080));
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(a).toReach(b, { by: 'tcp', port: 8080, listen: false });
    await expect(b).not.toReach(a, { by: 'tcp', port: 8080, listen: false, because: 'refused' });
  } finally {
    server.close();
  }
});
