import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab/index.ts';
import { Capture } from '../trace/capture.ts';
import { type Hop, hopsOf } from '../trace/path.ts';
import type { Recognize } from '../trace/probe-path.ts';
import type { Way } from '../trace/way.ts';
import { labCapture } from './lab-capture.ts';
import { labScript } from './lab-script.ts';
import type { HeardQuestion } from './script-heard.ts';
import type { AskedQuestion } from './script-question.ts';
import { stateText } from './state-text.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { topologyMermaid } from './topology-mermaid.ts';
import { topologySvg } from './topology-svg.ts';

/** What failed, as far as the evidence needs it. */
export interface FailedQuestion {
  title: string;
  /** Which captured frames belong to it. */
  recognize: Recognize;
  /** The ways that its frames took, where the taps saw any. */
  ways: readonly Way[];
  /** What `ping` and its like can ask again, at the end of the script. */
  asked?: AskedQuestion | HeardQuestion | undefined;
}

/** A file of the evidence. */
export interface EvidenceFile {
  name: string;
  path: string;
  contentType: string;
}

/** Writes what a network engineer needs to look into a failure, into a folder of its own. */
export function writeEvidence(lab: Lab, folder: string, failed?: FailedQuestion): EvidenceFile[] {
  const snapshot = takeSnapshot(lab);
  const { kernel, forgotten } = Capture.of(lab).losses;
  const losses =
    kernel + forgotten > 0
      ? [`The capture lacks ${kernel} frames that the taps had no room for, and the oldest ${forgotten}.\n`]
      : [];
  const marked = failed && { title: failed.title, recognize: failed.recognize };
  const [way] = failed?.ways ?? [];
  const lost = failed?.ways.find((each) => each.lost)?.lost;
  const drawing = {
    ...(way ? { path: branches(way.path) } : {}),
    ...(lost ? { lostAt: String(lost.at.frame.at) } : {}),
  };
  const contents: [name: string, contentType: string, content: string | Buffer][] = [
    ...(lab.taps ? [['lab.pcapng', 'application/x-pcapng', labCapture(lab, marked)] as [string, string, Buffer]] : []),
    ['lab.sh', 'text/x-shellscript', labScript(snapshot, failed?.asked)],
    ['state.txt', 'text/plain', `${[...losses, ...snapshot.namespaces.map(stateText)].join('\n')}\n`],
    ['topology.svg', 'image/svg+xml', topologySvg(snapshot, drawing)],
    ['topology.mmd', 'text/vnd.mermaid', topologyMermaid(snapshot)],
  ];
  mkdirSync(folder, { recursive: true });
  return contents.map(([name, contentType, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return { name, path, contentType };
  });
}

/**
 * Takes a folder of evidence away.
 *
 * @returns false when there was none
 */
export function removeEvidence(folder: string): boolean {
  if (!existsSync(folder)) return false;
  rmSync(folder, { recursive: true, force: true });
  return true;
}

/** A path's branches, each as the devices from its origin to its end. */
function branches(path: Hop): string[][] {
  const ends = hopsOf(path).filter(({ next }) => next.length === 0);
  return ends.map((end) => trail(path, end) ?? []).filter((names) => names.length > 0);
}

function trail(hop: Hop, end: Hop): string[] | undefined {
  if (hop === end) return [String(hop.frame.at)];
  for (const next of hop.next) {
    const rest = trail(next, end);
    if (rest) return [String(hop.frame.at), ...rest];
  }
  return undefined;
}
