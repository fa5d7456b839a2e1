import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A folder inside the package, where `hairpin` is the package itself (Node's self-reference), as built. */
export async function projectFolder(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(ROOT, '.readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Adds the tests of a sample to the suite that is being collected. They run in the spec's own process. */
export async function collectSample(code: string): Promise<void> {
  const folder = await mkdtemp(join(ROOT, '.readme-'));
  try {
    const file = join(folder, 'sample.ts');
    await writeFile(file, code);
    await import(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The samples of a kind in a Markdown text: those fenced as in `ts spec`. */
export function samplesOf(text: string, kind: string, language = 'ts'): string[] {
  return [...text.matchAll(/^```(\w+) (\w+)\n(.*?)^```$/gms)].flatMap(([, written, what, code]) =>
    written === language && what === kind && code ? [code] : [],
  );
}
