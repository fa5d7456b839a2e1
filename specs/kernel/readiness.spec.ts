import { expect, test } from 'hairpin';
import { ownModule } from '../own-module.ts';

/** Waits for its standard input. Node emits `beforeExit` when its event loop has nothing left to wait for. */
const SCRIPT = `
import { Readiness } from '${ownModule('kernel/sockets/readiness')}';
process.once('beforeExit', () => console.log('event loop empty'));
console.log('readable:', await new Readiness(0, 'readable').wait(60_000));`;

// host: a program with nothing else to do, and a pipe with a byte in it
test('who waits for a descriptor goes on at once, whatever else the event loop does', async ({ lab }) => {
  const args = ['--no-warnings', '--input-type=module', '--eval', SCRIPT];
  const { stdout } = await lab.namespace('host').exec(process.execPath, args, { input: 'x' });
  expect(stdout).toBe('readable: true\nevent loop empty');
});

// Takes the event loop for itself until the time is over. The byte came before.
const BUSY = `
import { Readiness } from '${ownModule('kernel/sockets/readiness')}';
const told = new Readiness(0, 'readable').wait(20);
for (const end = performance.now() + 100; performance.now() < end; );
console.log('readable:', await told);`;

// host: a program that is busy, and a pipe with a byte in it
test('what has come in time is heard, however late a busy event loop looks', async ({ lab }) => {
  const args = ['--no-warnings', '--input-type=module', '--eval', BUSY];
  const { stdout } = await lab.namespace('host').exec(process.execPath, args, { input: 'x' });
  expect(stdout).toBe('readable: true');
});

// One waits long, and another for the first of two waits, both at one descriptor.
const BESIDE = `
import { Readiness } from '${ownModule('kernel/sockets/readiness')}';
import { firstReady } from '${ownModule('base/first-ready')}';
const readiness = new Readiness(0, 'readable');
let told;
const long = readiness.wait(60_000).then((ready) => (told = ready));
await firstReady([1, 60_000].map((time) => (signal) => readiness.wait(time, signal)));
console.log('told:', told);
console.log('told:', await long);`;

// host: a program, and a pipe into which a byte comes when one wait is over
test('whoever stops waiting leaves others waiting', async ({ lab }) => {
  const args = ['--no-warnings', '--input-type=module', '--eval', BESIDE];
  const run = lab.namespace('host').exec(process.execPath, args, { stdin: 'pipe' });
  run.stdout.once('data', () => run.stdin.end('x'));
  expect((await run).stdout).toBe('told: undefined\ntold: true');
});
