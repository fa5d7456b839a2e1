import { resolve } from 'node:path';
import type { Lab } from '../lab/index.ts';
import { readLab } from '../report/lab-state.ts';
import { replaceFile } from '../report/write-file.ts';
import { describeTopology } from './describe.ts';
import { writeYaml } from './write-yaml.ts';

/** Writes what stands in a lab as a topology file; {@link Lab.save} is this. */
export function saveTopology(lab: Lab, file: string | undefined): string {
  const text = writeYaml(describeTopology(readLab(lab), lab.defaults));
  if (file !== undefined) replaceFile(resolve(file), text);
  return text;
}
