import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { watchDebugger } from '../../lib/machines/watch-debugger.ts';

// QEMU's monitor ── watchDebugger
test('the monitor is greeted, and each STOP and RESUME is told', async () => {
  const [qemu, here] = duplexPair();
  const told: string[] = [];
  watchDebugger(here, {
    onReady: () => told.push('ready'),
    onHeld: () => told.push('held'),
    onGoOn: () => told.push('goes on'),
  });
  const said: string[] = [];
  qemu.on('data', (bytes) => said.push(String(bytes)));
  qemu.write('{"QMP":{"version":{}}}\n');
  await expect.poll(() => said.join('')).toBe('{"execute":"qmp_capabilities"}\n');
  expect(told).toEqual([]);
  qemu.write('{"return":{}}\n{"event":"RESUME","timestamp":{}}\n{"event":"ST');
  qemu.write('OP","timestamp":{}}\n{"event":"SHUTDOWN"}\n');
  await expect.poll(() => told).toEqual(['ready', 'goes on', 'held']);
});
