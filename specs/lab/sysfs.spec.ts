import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'hairpin';

// a ── b, in a process of its own network, in which there is a loopback alone
test('no program of a lab sees, or changes, an interface of the machine by its name', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const { stdout } = await a.exec('ls', ['/sys/class/net', '/sys/devices/virtual/net']);
  expect(stdout).toBe('/sys/class/net:\nlo\n\n/sys/devices/virtual/net:\nlo');
  expect(a.run(() => readdirSync('/sys/class/net'))).toEqual(['lo']);
  // The rest of it is the machine's.
  expect(readFileSync('/sys/devices/system/cpu/online', 'utf8')).toMatch(/^\d/);
});
