import { expect, test } from 'hairpin';
import { startVitest } from './nested-vitest.ts';

/** Every kind of device, state that is changed live, and programs. */
const LAB = ['cable', 'dummy', 'exec', 'ipv', 'mac', 'neighbours', 'port', 'routes', 'sysctls', 'vlan'].map(
  (name) => `lab/${name}`,
);

// host: vitest, its workers, and `ip monitor all`. In vitest's own forks pool the workers are in the host's own
// namespace, so that whatever a spec made there would be heard; hairpin's pool has taken them out of it.
test.for([
  ['forks', ['article/', 'fixtures/', 'kernel/', ...LAB]],
  ['hairpin', ['article/']],
] as const)(
  "the host's own namespace stays silent through specs of every kind of device, in pool %s",
  { timeout: 300_000 },
  async ([pool, wanted], { lab }) => {
    const host = lab.namespace('host');
    const monitor = host.exec('ip', ['monitor', 'all'], { reject: false });
    let heard = '';
    monitor.stdout.on('data', (text) => {
      heard += text;
    });

    const specs = wanted.map((each) => `specs/${each}`);
    const { exitCode, all } = await startVitest(host, [...specs, ...(pool === 'forks' ? ['--pool=forks'] : [])]);
    expect(exitCode, all).toBe(0);

    // The referee was not asleep: a change of our own is the first thing that it tells of.
    await host.exec('ip', ['link', 'add', 'loud0', 'type', 'bridge']);
    await expect.poll(() => heard).toContain('loud0');
    expect(heard.split('\n')[0]).toContain('loud0');
  },
);
