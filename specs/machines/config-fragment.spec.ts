import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { configFragment } from '../../lib/machines/config-fragment.ts';
import { startVitest } from '../leaks/nested-vitest.ts';

test('each option comes once, under the first that needs it', () => {
  const lines = configFragment(['link macvtap', 'link macvlan']).split('\n');
  const section = lines.slice(lines.indexOf('# link macvlan'));
  expect(section).toEqual(['# link macvlan', 'CONFIG_MACVLAN=y', '', '# link macvtap', 'CONFIG_MACVTAP=y', '']);
  const options = lines.filter((line) => line.startsWith('CONFIG_'));
  expect(new Set(options).size).toBe(options.length);
});

test('what there is no option known for is said, not left out', () => {
  expect(configFragment(['link warp'])).toContain('# link warp: hairpin knows no option for it');
});

// host: vitest on a spec with macvlans on a veth into a bridge, each of which it notes
test('what specs use is noted while they run', async ({ lab, onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-features-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'features.txt');
  await startVitest(
    lab.namespace('host'),
    ['specs/machines/uses.fixture.ts', '--config', 'specs/machines/uses.config.ts'],
    {
      env: { HAIRPIN_FEATURES: file },
    },
  );
  expect(new Set(readFileSync(file, 'utf8').trim().split('\n'))).toEqual(
    new Set(['link bridge', 'link veth', 'link macvlan', 'link dummy', 'qdisc netem', 'packet filter']),
  );
});
