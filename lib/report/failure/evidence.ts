import { join } from 'node:path';
import { harmlessJson } from '../../base/visible-text.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Lab } from '../../lab/index.ts';
import { Capture } from '../../trace/capture.ts';
import { marksOf } from '../drawing/path-marks.ts';
import { topologyOf } from '../drawing/topology.ts';
import { topologyMermaid } from '../drawing/topology-mermaid.ts';
import { topologySvg } from '../drawing/topology-svg.ts';
import { FAILURE_FILE, type FailedTest, type FailureFile, type FailureMeta } from '../lab-meta.ts';
import { readLab } from '../lab-state.ts';
import { clearPlace, freshFolderIn, isTaken } from '../results.ts';
import { labScript } from '../script/lab-script.ts';
import { stateText } from '../state-text.ts';
import { PRIVATE, writeNewFile } from '../write-file.ts';
import type { FailedQuestion } from './failure-meta.ts';
import { labCapture } from './lab-capture.ts';

/** A failed question as plain data, with the test that it failed. */
export interface ToldFailure {
  meta: FailureMeta;
  test: FailedTest;
}

/** A file of the evidence. */
export interface EvidenceFile {
  name: string;
  path: string;
  contentType: string;
}

/** Where the evidence of an attempt is: a folder of its own, in a folder of results. */
export interface EvidencePlace {
  folder: string;
  name: string;
}

/**
 * Writes what a network engineer needs to look into a failure. Only the owner may read it: a capture has in it what the
 * programs of a test said to each other.
 */
export function writeEvidence(lab: Lab, place: EvidencePlace, failed?: FailedQuestion & ToldFailure): EvidenceFile[] {
  const state = readLab(lab);
  const topology = topologyOf(state);
  const { kernel, forgotten } = Capture.of(lab).losses;
  const losses =
    kernel + forgotten > 0
      ? [`The capture lacks ${kernel} frames that the taps had no room for, and the oldest ${forgotten}.\n`]
      : [];
  const marked = failed && { title: failed.message.title, recognize: failed.recognize };
  const paths = failed?.meta.paths ?? [];
  const contents: [name: string, contentType: string, content: string | Buffer][] = [
    ...(lab.taps ? [['lab.pcapng', 'application/x-pcapng', labCapture(lab, marked)] as [string, string, Buffer]] : []),
    ['lab.sh', 'text/x-shellscript', labScript(state, failed?.asked)],
    [
      'state.txt',
      'text/plain',
      `${[...losses, ...state.namespaces.map((namespace) => stateText(state, namespace))].join('\n')}\n`,
    ],
    ['topology.svg', 'image/svg+xml', topologySvg(topology, marksOf(paths, paths.slice(0, 1)))],
    ['topology.mmd', 'text/vnd.mermaid', topologyMermaid(topology)],
    ...daemonsFile(lab),
    ...otherFiles(lab),
  ];
  if (failed) contents.unshift(failureFile(failed, contents));
  const folder = freshFolderIn(place.folder, place.name);
  try {
    return contents.map(([name, contentType, content]) => {
      const path = join(folder, name);
      writeNewFile(path, content, PRIVATE);
      return { name, path, contentType };
    });
  } catch (error) {
    // Half of it would pass for the whole.
    removeEvidence(place);
    throw error;
  }
}

/**
 * Takes evidence away.
 *
 * @returns false when there was none
 */
export function removeEvidence({ folder, name }: EvidencePlace): boolean {
  if (!isTaken(folder, name)) return false;
  clearPlace(folder, name);
  return true;
}

/** What failed, for `hairpin explain`, CI bots and coding agents. */
function failureFile(
  { meta, test }: ToldFailure,
  beside: readonly [name: string, ...unknown[]][],
): [name: string, contentType: string, content: string] {
  const failure: FailureFile = { ...meta, test, files: beside.map(([name]) => name) };
  return [FAILURE_FILE, 'application/json', `${harmlessJson(JSON.stringify(failure, undefined, 2))}\n`];
}

/** What the lab's daemons have printed. */
function daemonsFile(lab: Lab): [name: string, contentType: string, content: string][] {
  const { daemons } = engineOf(lab).programs;
  const texts = daemons.map(({ words, ending, output }) => {
    const heading = `== ${words}: ${ending ?? 'running'}\n`;
    return output === '' || output.endsWith('\n') ? `${heading}${output}` : `${heading}${output}\n`;
  });
  return texts.length > 0 ? [['daemons.txt', 'text/plain', texts.join('\n')]] : [];
}

/** What other layers tell: a file for all texts of the same name. */
function otherFiles(lab: Lab): [name: string, contentType: string, content: string][] {
  const byFile = Object.groupBy(engineOf(lab).evidence, ({ file }) => file);
  return Object.entries(byFile).map(([file, texts = []]) => [
    file,
    'text/plain',
    texts
      .map(({ text }) => text())
      .toSorted()
      .join('\n'),
  ]);
}
