import { readFileSync } from 'node:fs';
import type { Lab } from 'hairpin';
import { afterEach } from 'vitest';
import { readDrawn } from '../lib/report/lab-state.ts';
import { topologyOf } from '../lib/report/topology.ts';
import { diagramOf, driftOf } from './diagram.ts';

// The diagram on top of a test is that of its lab.
afterEach(({ task }) => {
  const { lab } = task.context as { lab?: Lab };
  if (!lab || lab.closed || lab.namespaces.length === 0 || task.result?.state !== 'pass') return;
  const diagram = diagramOf(readFileSync(task.file.filepath, 'utf8'), task.location?.line ?? 0);
  const drift = diagram === undefined ? [] : driftOf(diagram, topologyOf(readDrawn(lab)));
  if (drift.length > 0) throw new Error(`The diagram\n${diagram}\nis not that of the lab\n${lab}\n${drift.join('\n')}`);
});
