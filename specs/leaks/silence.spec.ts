import { expect, test } from 'hairpin';
import { startVitest } from './nested-vitest.ts';

// host: vitest and its workers, every other spec of the project, and `ip monitor all`
test.for(['hairpin', 'forks'])(
  "the host's own namespace stays silent through the whole suite, in pool %s",
  { timeout: 300_000 },
  async (pool, { lab }) => {
    const host = lab.namespace('host');
    const monitor = host.exec('ip', ['monitor', 'all'], { reject: false });
    const specs = ['specs/article', 'specs/modes', 'specs/lab', 'specs/matchers', 'specs/kernel'];

    const { exitCode, all } = await startVitest(host, [...specs, ...(pool === 'forks' ? ['--pool=forks'] : [])]);
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });

    // The referee was not asleep: a change of our own is the first thing that it tells of.
    await host.exec('ip', ['link', 'add', 'loud0', 'type', 'bridge']);
    await expect.poll(() => readable(monitor.stdout), { timeout: 5000 }).toBe(true);
    monitor.kill();
    const { stdout } = await monitor;
    expect(stdout.split('\n')[0]).toContain('loud0');
  },
);

function readable(stream: { readableLength: number }): boolean {
  return stream.readableLength > 0;
}
