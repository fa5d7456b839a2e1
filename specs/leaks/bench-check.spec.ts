import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { describeBenchmarks, needs } from '../needs.ts';

needs('cc');

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** In place of `toReach`, one that asks two hundred times by TCP: many times what a ping takes. */
const SLOW = `import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('/lib/matchers/to-reach.ts')) return next(url, context);
    const original = JSON.stringify(url + '?original');
    const source = \`import { toReach as asks } from \${original};
      export async function toReach(...args) {
        for (let more = args[2]?.by === 'tcp' ? 200 : 0; more > 0; more--) await asks.apply(this, args);
        return asks.apply(this, args);
      }\`;
    return { format: 'module', source, shortCircuit: true };
  },
});`;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bench-check-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function bench(args: readonly string[], node: readonly string[] = []) {
  return execa(process.execPath, [...node, 'bench/run.ts', ...args], { cwd: ROOT, reject: false });
}

describeBenchmarks(() => {
  // a ── sw ── b
  test('npm run bench -- --check fails for a slow-down that was planted', async () => {
    const at = folder();
    const [file, slow] = [join(at, 'baseline.json'), join(at, 'slow.mjs')];
    writeFileSync(slow, SLOW);
    // Some times what it takes, so that other programs on this machine do not decide.
    writeFileSync(file, JSON.stringify({ reach: { 'hairpin, tcp / ping -c1': 3 } }));
    const { exitCode, stdout, stderr } = await bench(['--check', '--quick', '--baseline', file], ['--import', slow]);
    expect(exitCode, stderr).toBe(1);
    expect(stdout).toMatch(
      /^reach: hairpin, tcp \/ ping -c1 was 3.00, and is \S+, \S+, \S+: at least \d+ % more in each of 3 measurements\n {2}Alone: npm run bench -- --check --quick reach$/m,
    );
  });

  // a ── sw ── b
  test('what --record has written is what --check compares with', async () => {
    const file = join(folder(), 'baseline.json');
    const recorded = await bench(['--record', '--quick', '--baseline', file, 'reach']);
    expect(recorded.exitCode, recorded.stderr).toBe(0);
    const baseline = JSON.parse(readFileSync(file, 'utf8'));
    expect(Object.keys(baseline.reach)).toContain('hairpin, tcp / ping -c1');
    // Other programs on this machine may slow hairpin down more than its peer: this leaves them room.
    for (const name of Object.keys(baseline.reach)) baseline.reach[name] *= 20;
    writeFileSync(file, JSON.stringify(baseline));
    const { exitCode, stdout } = await bench(['--check', '--quick', '--baseline', file]);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain(`None of ${Object.keys(baseline.reach).length} ratios is more than 30 % above`);
  });

  test.for<[args: string[], message: string]>([
    [['--check', '--record'], '--check and --record: take one of them'],
    [
      ['--check', '--json'],
      '--check compares ratios of this kernel, and prints them: leave out --json, --plot and --kernel',
    ],
    [['--record', 'state', '--quick'], '--record: state is not measured beside a peer'],
    [['--check', 'memory'], 'has no ratio of memory: npm run bench -- --record memory'],
  ])('%j is refused', async ([args, message]) => {
    const file = join(folder(), 'baseline.json');
    writeFileSync(file, '{}');
    const { exitCode, stderr } = await bench([...args, '--baseline', file]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
  });

  test('a baseline that is none is refused before anything is measured', async () => {
    const file = join(folder(), 'baseline.json');
    writeFileSync(file, '{"reach": 1}');
    const { exitCode, stderr } = await bench(['--check', '--baseline', file]);
    expect(stderr).toBe(
      `hairpin bench: --baseline ${file}: it must be { "reach": { "hairpin, tcp / ping -c1": 0.52 } }, with ratios above 0`,
    );
    expect(exitCode).toBe(1);
  });
});
