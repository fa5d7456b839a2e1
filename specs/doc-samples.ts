import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A folder inside the package, where `hairpin` is the package itself (Node's self-reference), as built. */
export async function projectFolder(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(ROOT, '.readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The samples of a kind in a Markdown text: those fenced as in `ts spec`. */
export function samplesOf(text: string, kind: string, language = 'ts'): string[] {
  return [...text.matchAll(/^```(\w+) (\w+)\n(.*?)^```$/gms)].flatMap(([, written, what, code]) =>
    written === language && what === kind && code ? [code] : [],
  );
}
