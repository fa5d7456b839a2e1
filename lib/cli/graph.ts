import { Command } from 'commander';
import type { Topology } from '../report/drawing/topology.ts';
import { topologyText } from '../report/drawing/topology-text.ts';
import type { DrawnTest } from '../report/runs/drawn-tests.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { named } from './named.ts';
import { print, say } from './print.ts';
import { whyNothing } from './why-nothing.ts';
import { write } from './write.ts';

interface Options {
  testNamePattern?: string;
  addresses?: boolean;
  svg?: string;
  mermaid?: string;
}

export function graphCommand(): Command {
  return new Command('graph')
    .description('draws the networks of specs')
    .argument('<specs...>', 'spec files, or parts of their paths; after -- arguments of vitest run')
    .option('-t, --testNamePattern <pattern>', 'only the tests whose names match', named)
    .option('--addresses', 'draw the IP addresses of every device, too')
    .option('--svg <file>', 'write the drawing of one test to a file instead; - prints it', named)
    .option('--mermaid <file>', 'the same as a Mermaid flowchart, which GitHub and GitLab draw', named)
    .addHelpText(
      'after',
      `
Runs the tests, and draws the network of each test as it is at the end of the
test: [host], {switch}, <router>, each with its devices. A dashed line has no
carrier.

  hairpin graph specs/office.spec.ts -t 'behind the firewall' --svg office.svg`,
    )
    .addHelpText(
      'after',
      exitCodes({ ok: 'drawn', usage: 'wrong usage, or nothing to draw', unable: 'a file cannot be run, or written' }),
    )
    .action(async (specs: string[], options: Options) => {
      process.exitCode = await graph(specs, options);
    });
}

async function graph(specs: readonly string[], { testNamePattern, addresses = false, ...files }: Options) {
  // Loaded here: vitest is an optional peer, which few commands need.
  const { drawnTests } = await import('../report/runs/drawn-tests.ts');
  const run = await drawnTests([...specs, ...(testNamePattern === undefined ? [] : ['-t', testNamePattern])]);
  if ('misuse' in run) return complain(EXIT.usage, run.misuse);
  const [error, ...more] = run.errors;
  if (error !== undefined) return complain(EXIT.unable, error, ...more);
  const [first] = run.tests;
  if (!first) return complain(EXIT.usage, `nothing to draw: ${whyNothing(run.ran, testNamePattern)}`);
  for (const test of run.tests) if (test.failed) say(`hairpin graph: it fails: ${headingOf(test)}`);
  if (files.svg === undefined && files.mermaid === undefined) {
    const texts = run.tests.map((test) => `${headingOf(test)}\n${topologyText(test.network, { addresses })}\n`);
    print(texts.join('\n'));
    return EXIT.ok;
  }
  if (run.tests.length > 1)
    return complain(
      EXIT.usage,
      'a file has one drawing: choose a test by -t:',
      ...run.tests.map((test) => `  ${headingOf(test)}`),
    );
  await writeDrawings(first.network, files);
  return EXIT.ok;
}

async function writeDrawings(network: Topology, { svg, mermaid }: Options): Promise<void> {
  if (svg !== undefined) {
    const { topologySvg } = await import('../report/drawing/topology-svg.ts');
    write(svg, topologySvg(network));
  }
  if (mermaid === undefined) return;
  const { topologyMermaid } = await import('../report/drawing/topology-mermaid.ts');
  write(mermaid, topologyMermaid(network));
}

function headingOf({ file, line, name }: DrawnTest): string {
  return `${file}${line === undefined ? '' : `:${line}`} "${name}"`;
}

function complain(code: number, first: string, ...rest: readonly string[]): number {
  for (const line of [`hairpin graph: ${first}`, ...rest]) say(line);
  return code;
}
