import { resolve } from 'node:path';
import { replaceFile } from '../report/write-file.ts';
import { print } from './print.ts';

/** Writes what a command was asked for to a file; `-` is the standard output, as for other programs. */
export function write(file: string, text: string): void {
  if (file === '-') print(text);
  else replaceFile(resolve(file), text);
}
