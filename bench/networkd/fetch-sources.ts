import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../lib/base/validate.ts';
import { findNetworkd } from '../../lib/plugins/networkd.ts';

/** Where the packages come from, in the words of a sources.list. */
const LINE = 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)';

/**
 * Fetches the source package of the systemd that is installed here, by apt, and unpacks its tests. The machine needs no deb-src
 * lines: apt reads temporary ones, which are made from its deb lines.
 *
 * @returns a folder, which the caller deletes
 * @throws UsageError when apt cannot fetch it
 */
export function fetchSources(): string {
  if (!findNetworkd()) throw new UsageError('networkd needs systemd-networkd: apt-get install systemd');
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-systemd-'));
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    for (const each of ['lists/partial', 'cache/archives/partial', 'unpacked'])
      mkdirSync(join(folder, each), { recursive: true });
    const lines = run('apt-get', 'indextargets', '--format', LINE, 'Created-By: Packages').split('\n');
    writeFileSync(join(folder, 'sources.list'), [...new Set(lines)].join('\n'));
    const [, version] = run('dpkg-query', '-W', 'systemd').trim().split('\t');
    const own = {
      'Dir::Etc::sourcelist': join(folder, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(folder, 'lists'),
      'Dir::Cache': join(folder, 'cache'),
      'APT::Sandbox::User': 'root',
    };
    const options = Object.entries(own).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    run('apt-get', ...options, '-qq', 'update');
    run('apt-get', ...options, '-qq', 'source', '--download-only', `systemd=${version}`);
    const archive = readdirSync(folder).find((name) => /\.orig\.tar\./.test(name)) ?? '';
    run('tar', '-xf', archive, '-C', 'unpacked', '--strip-components=1', '--wildcards', '*/test/test-network');
    return join(folder, 'unpacked');
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string };
    throw new UsageError(`apt cannot fetch the sources of systemd:\n${stderr || message}`);
  }
}
