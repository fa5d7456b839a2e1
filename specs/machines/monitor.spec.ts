import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { Monitor } from '../../lib/machines/monitor.ts';
import { watchDebugger } from '../../lib/machines/watch-debugger.ts';

/** QEMU's end of a monitor, with what it was told. */
function monitor() {
  const [qemu, here] = duplexPair();
  const told: string[] = [];
  qemu.setEncoding('utf8').on('data', (text: string) => told.push(...text.trim().split('\n')));
  return { qemu, told, end: () => here.destroy(), monitor: new Monitor(here) };
}

// QEMU's monitor ── Monitor ── watchDebugger
test('the monitor is greeted, and each STOP and RESUME is told', async () => {
  const { qemu, told, monitor: ours } = monitor();
  const events: string[] = [];
  watchDebugger(ours, {
    onReady: () => events.push('ready'),
    onHeld: () => events.push('held'),
    onGoOn: () => events.push('goes on'),
  });
  qemu.write('{"QMP":{"version":{}}}\n');
  await expect.poll(() => told).toEqual(['{"execute":"qmp_capabilities"}']);
  expect(events).toEqual([]);
  qemu.write('{"return":{}}\n');
  await expect.poll(() => events).toEqual(['ready']);
  qemu.write('{"event":"RESUME","timestamp":{}}\n{"event":"ST');
  qemu.write('OP","timestamp":{}}\n{"event":"SHUTDOWN"}\n');
  await expect.poll(() => events).toEqual(['ready', 'goes on', 'held']);
});

test('answers belong to commands in their order, events in between to none', async () => {
  const { qemu, told, monitor: ours } = monitor();
  const answers = Promise.allSettled([ours.execute('stop'), ours.execute('device_add', { driver: 'warp' })]);
  await expect
    .poll(() => told)
    .toEqual(['{"execute":"stop"}', '{"execute":"device_add","arguments":{"driver":"warp"}}']);
  qemu.write(
    '{"event":"STOP"}\n{"return":{"a":1}}\n{"event":"RESUME"}\n{"error":{"class":"GenericError","desc":"no warp"}}\n',
  );
  expect(await answers).toMatchObject([{ value: { a: 1 } }, { reason: { message: 'no warp' } }]);
});

test('QEMU that ends answers no more', async () => {
  const { end, monitor: ours } = monitor();
  const answer = expect(ours.execute('stop')).rejects.toThrow('QEMU has ended');
  end();
  await answer;
  await expect(ours.ready).rejects.toThrow('QEMU has ended');
  await expect(ours.execute('cont')).rejects.toThrow('QEMU has ended');
});
