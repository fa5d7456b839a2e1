import { createLab } from '../lab/index.ts';
import { drawLab } from '../report/drawing/draw-lab.ts';
import { describeTopology } from './describe.ts';
import type { Described } from './described.ts';
import { devicesOf } from './device.ts';
import { loadTopology } from './load.ts';
import { reachabilityText } from './reachability-text.ts';
import { type Recorded, readNamespaces } from './read-namespaces.ts';
import { withStandIns } from './stand-ins.ts';
import { writeSpec } from './write-spec.ts';
import { writeYaml } from './write-yaml.ts';

/** Reads namespaces, and says them as a topology. */
export function recordTopology(recorded: readonly Recorded[]): Described {
  const { state, why } = withStandIns(readNamespaces(recorded));
  const { topology, remarks } = describeTopology(state, 'lab');
  const devices = devicesOf(topology);
  const ofStandIns = [...why].map(([name, text]) => {
    const device = devices.find((each) => each.name === name);
    return { path: device?.path.slice(0, 2) ?? [], text: `${name}: ${text}` };
  });
  return { topology, remarks: [...remarks, ...ofStandIns] };
}

/** The same as a topology file. */
export function recordYaml(recorded: readonly Recorded[]): string {
  return writeYaml(recordTopology(recorded));
}

/**
 * The same as a spec, with who reaches whom as its assertion. That is asked in a lab which is built of it: nothing is sent in the
 * namespaces themselves.
 *
 * @param source what was recorded, for the spec's first line
 */
export async function recordSpec(recorded: readonly Recorded[], source: string): Promise<string> {
  const described = recordTopology(recorded);
  await using lab = createLab();
  await loadTopology(lab, { text: writeYaml(described), name: 'what was recorded' });
  await lab.settled();
  const drawing = drawLab(lab, { addresses: true });
  const asked = await reachabilityText(lab);
  return writeSpec(described, {
    source,
    title: `the network of ${recorded.map(({ name }) => name).join(', ')}`,
    drawing,
    assertion: asked
      ? [
          '// Who reaches whom, by ping, in a lab of this network: the rows ask. A dot is not asked.',
          `await expect(lab).toMatchReachability(`,
          `  \`\n${indented(asked.table)}\`,`,
          ...(asked.family === 6 ? ['  { family: 6 },'] : []),
          ');',
        ].join('\n')
      : `expect(lab).toMatchInlineSnapshot(\`\n${indented(drawLab(lab, {}))}\n\`);`,
  });
}

function indented(text: string): string {
  return text
    .replaceAll(/[\\`]|\$\{/g, '\\$&')
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}
