import { expect, test } from 'hairpin';
import { startVitest } from './leaks/nested-vitest.ts';

/** A debugger that lets a program go on at each stop. It ends with the connection. */
const DEBUGGER = `
const socket = new WebSocket(process.argv[1]);
const say = (id, method) => socket.send(JSON.stringify({ id, method }));
socket.onopen = () => ['Debugger.enable', 'Runtime.runIfWaitingForDebugger'].forEach((method, id) => say(id, method));
socket.onmessage = ({ data }) => {
  if (JSON.parse(data).method !== 'Debugger.paused') return;
  console.log('stopped');
  say(2, 'Debugger.resume');
};
socket.onerror = ({ message }) => console.log(message);
`;

// host: vitest, whose worker has a network of its own; a debugger
test('a debugger reaches the worker of vitest --inspect-brk, which stops in the spec', async ({ lab }) => {
  const host = lab.namespace('host');
  const run = startVitest(host, ['specs/lab/sysctls.spec.ts', '--inspect-brk=9229', '--no-file-parallelism']);
  const url = await new Promise<string>((resolve) => {
    let printed = '';
    run.stderr.on('data', (data) => {
      printed += data;
      const [found] = /ws:\S+(?=\s)/.exec(printed) ?? [];
      if (found) resolve(found);
    });
  });
  const { stdout } = await host.exec(process.execPath, ['-e', DEBUGGER, url]);
  expect(stdout).toBe('stopped');
  expect(await run).toMatchObject({ exitCode: 0 });
});
