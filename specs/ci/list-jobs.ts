import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Namespace } from 'hairpin';
import { needs } from '../needs.ts';

needs('git');

const GITLAB_CI_LOCAL = fileURLToPath(new URL('../../node_modules/gitlab-ci-local/dist/index.js', import.meta.url));

/** Reads a configuration by GitLab's schema, and lists the jobs that come of it. */
export async function listJobs(host: Namespace, config: string) {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-gitlab-'));
  try {
    await writeFile(join(folder, '.gitlab-ci.yml'), config);
    await host.exec('git', ['init', '--quiet', folder]);
    const { exitCode, all } = await host.exec(process.execPath, [GITLAB_CI_LOCAL, '--list-csv'], {
      ...{ cwd: folder, env: { HOME: folder }, reject: false, all: true },
    });
    return { exitCode, all: String(all) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
