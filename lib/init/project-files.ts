import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, writeNewFile } from '../report/write-file.ts';
import type { Step } from './step.ts';

/** The files of a project, and what has been done to them. */
export class ProjectFiles {
  readonly folder: string;
  readonly steps: Step[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The text of a file; undefined where there is none. */
  read(file: string): string | undefined {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** Makes a new file; one that is there is kept. */
  make(file: string, text: string, byHand: readonly string[] = []): void {
    const there = this.read(file);
    if (there === undefined) this.#write(file, text);
    else this.keep(file, there === text ? 'as hairpin init writes it' : '', there === text ? [] : byHand);
  }

  /** Writes a file with what was added to it; without anything it is kept. */
  add(file: string, text: string, added: string, byHand: readonly string[] = []): void {
    const path = join(this.folder, file);
    if (!added) this.keep(file, 'nothing is missing', byHand);
    else if (!existsSync(path)) this.#write(file, text, byHand);
    else {
      // In place: its owner, its mode and a link to it stay.
      writeFileSync(path, text);
      this.steps.push({ file, did: 'added to', what: added, byHand });
    }
  }

  keep(file: string, what: string, byHand: readonly string[] = []): void {
    this.steps.push({ file, did: 'kept', what, byHand });
  }

  #write(file: string, text: string, byHand: readonly string[] = []): void {
    const path = join(this.folder, file);
    makeFolder(dirname(path));
    writeNewFile(path, text);
    this.steps.push({ file, did: 'wrote', byHand });
  }
}

export function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
