import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasCode } from '../base/has-code.ts';
import { show, UsageError } from '../base/validate.ts';
import type { Lab, LoadedTopology, TopologyText } from '../lab/index.ts';
import { build } from './build.ts';
import { callsOf } from './calls.ts';
import { checkTopology } from './check-topology.ts';
import { isContainerlab, readContainerlab } from './containerlab.ts';
import { Source } from './source.ts';

/** Builds what a topology file says into a lab; {@link Lab.load} is this. */
export async function loadTopology(lab: Lab, from: string | URL | TopologyText): Promise<LoadedTopology> {
  const { name, text } = read(from);
  const source = new Source(name, text);
  const { data, leftOut } = topologyIn(source);
  checkTopology(source, data);
  const { defaults = 'lab' } = data;
  if (defaults !== lab.defaults)
    source.fail(
      ['defaults'],
      `this lab has the defaults ${show(lab.defaults)}, and the file is for ${show(defaults)}: createLab({ defaults: ${show(defaults)} }) makes such a lab`,
    );
  return build(lab, callsOf(data), source, leftOut);
}

function topologyIn(source: Source): { data: unknown; leftOut: readonly string[] } {
  const { data } = source;
  if (!isContainerlab(data)) return { data, leftOut: [] };
  const { topology, leftOut, placeOf } = readContainerlab(source, data);
  source.readAs(placeOf);
  return { data: topology, leftOut };
}

function read(from: string | URL | TopologyText): { name: string; text: string } {
  if (typeof from === 'object' && 'text' in from) return { name: from.name ?? 'topology', text: from.text };
  const path = from instanceof URL ? fileURLToPath(from) : from;
  try {
    return { name: relative('', path) || path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EISDIR', 'EACCES', 'ENOTDIR')) throw error;
    throw new UsageError(
      `lab.load: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); relative to ${process.cwd()}`,
    );
  }
}
