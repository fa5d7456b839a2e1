import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Lab, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT, samplesOf } from '../doc-samples.ts';
import { ciShell } from './ci-commands.ts';
import { shardProject } from './shard-project.ts';

interface Container {
  workingDir: string;
  command: string[];
  args: string[];
  securityContext?: { privileged: boolean };
  volumeMounts: { name: string; mountPath: string; subPath: string }[];
}

interface Job {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    completionMode?: string;
    completions?: number;
    parallelism?: number;
    backoffLimit: number;
    template: {
      spec: {
        restartPolicy: string;
        containers: [Container];
        volumes: { name: string; persistentVolumeClaim: { claimName: string } }[];
      };
    };
  };
}

const page = await readFile(join(ROOT, 'docs/ci.md'), 'utf8');

function manifest(kind: string): unknown[] {
  const [text = ''] = samplesOf(page, kind, 'yaml');
  return parseAllDocuments(text).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS();
  });
}

const [claim, shards] = manifest('specs') as [{ kind: string; metadata: { name: string } }, Job];
const [merge] = manifest('merge') as [Job];
const containerOf = ({ spec }: Job) => spec.template.spec.containers[0];

test('each shard is an index of an Indexed Job, in a privileged pod that is never restarted in place', () => {
  expect(shards).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: expect.any(String) } });
  const { completionMode, completions, parallelism, template } = shards.spec;
  expect(completionMode).toBe('Indexed');
  expect(containerOf(shards).args.join('\n')).toContain(`--shard="$shard/${completions}"`);
  expect(parallelism).toBe(completions);
  expect(containerOf(shards).securityContext).toEqual({ privileged: true });
  // All that the API takes of a Job's pods: Never and OnFailure.
  expect(template.spec.restartPolicy).toBe('Never');
});

test('both Jobs mount the same folders of the claimed volume, and the merge runs once', () => {
  expect(claim.kind).toBe('PersistentVolumeClaim');
  for (const job of [shards, merge]) {
    const { volumes, restartPolicy } = job.spec.template.spec;
    expect(volumes).toEqual([{ name: 'shared', persistentVolumeClaim: { claimName: claim.metadata.name } }]);
    expect(restartPolicy).toBe('Never');
    const { workingDir, volumeMounts } = containerOf(job);
    expect(volumeMounts).toEqual(
      ['blobs', 'test-results'].map((folder) => ({
        ...{ name: 'shared', mountPath: join(workingDir, folder), subPath: folder },
      })),
    );
  }
  expect(merge).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job', spec: { backoffLimit: 0 } });
  const names = [shards, merge].map(({ metadata }) => `job/${metadata.name}`);
  expect([...page.matchAll(/--timeout=\d+m (job\/\S+)/g)].map(([, name]) => name)).toEqual(names);
});

// host: bash, with the commands of the pods, on a small suite
async function pods(lab: Lab, files: readonly string[]) {
  const project = await shardProject(lab, { files });
  onTestFinished(project.remove);
  const run = await ciShell(project);
  const inPod = (job: Job, env: Record<string, string> = {}) => {
    const { command, args } = containerOf(job);
    expect(command).toEqual(['bash', '-ec']);
    return run(args.join('\n'), env);
  };
  return {
    project,
    shard: (index: number) => inPod(shards, { JOB_COMPLETION_INDEX: String(index) }),
    merge: () => inPod(merge),
  };
}

test('the shards of failing tests complete, and the merge fails with the report of all', async ({ lab }) => {
  const files = ['plain.test.ts', 'quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
  const { project, ...jobs } = await pods(lab, files);
  for (const index of [0, 1, 2]) expect(await jobs.shard(index)).toMatchObject({ exitCode: 0 });
  const { exitCode, output } = await jobs.merge();
  expect(exitCode, output).toBe(1);
  expect(output).not.toContain('ran in none');
  const report = await project.read('test-results/report.html');
  for (const file of files) expect(report).toContain(`"${file}"`);
});

test('a suite that passes passes the merge; a shard that leaves no blob fails, though an earlier run left one', async ({
  lab,
}) => {
  const files = ['quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
  const { project, ...jobs } = await pods(lab, files);
  for (const index of [0, 1, 2]) expect(await jobs.shard(index)).toMatchObject({ exitCode: 0 });
  expect(await jobs.merge()).toMatchObject({ exitCode: 0 });
  await rm(join(project.root, 'test-results'), { recursive: true });
  await writeFile(join(project.root, 'vitest.config.ts'), "throw new Error('no config');");
  expect((await jobs.shard(0)).exitCode).not.toBe(0);
});
