import { readFileSync } from 'node:fs';
import type { Lab } from 'hairpin';
import { afterEach } from 'vitest';

// The diagram on top of a test is that of its lab. What reads a lab is loaded with the first one: many files have none.
afterEach(async ({ task }) => {
  const { lab } = task.context as { lab?: Lab };
  if (!lab || lab.closed || lab.namespaces.length === 0 || task.result?.state !== 'pass') return;
  const [{ diagramOf, driftOf }, { topologyOf }, { readDrawn }] = await Promise.all([
    import('./diagram.ts'),
    import('../lib/report/drawing/topology.ts'),
    import('../lib/report/lab-state.ts'),
  ]);
  const diagram = diagramOf(readFileSync(task.file.filepath, 'utf8'), task.location?.line ?? 0);
  const drift = diagram === undefined ? [] : driftOf(diagram, topologyOf(readDrawn(lab)));
  if (drift.length > 0) throw new Error(`The diagram\n${diagram}\nis not that of the lab\n${lab}\n${drift.join('\n')}`);
});
