import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { kernelOption, supports } from '../lib/lab/index.ts';
import { isolated } from './measure.ts';
import { readVerdicts, type Verdict } from './selftest-verdicts.ts';

const SELFTESTS = 'tools/testing/selftests';
/** Where below it there are scripts. */
const FOLDERS = ['net', 'net/forwarding', 'netfilter', 'net/netfilter', 'drivers/net/bonding'];
/** Those of net/forwarding want the names of the interfaces that they are to make. */
const INTERFACES = Array.from({ length: 10 }, (_, at) => `veth${at}`);
const NEEDS_VRF = /\b(vrf_prepare|simple_if_init)\b/;
const [MOST_OUTPUT, WITHIN] = [2 ** 26, 900_000];

/** What a script, or a spec, said of its cases, and how many milliseconds it took. */
export interface Judgement {
  verdicts: ReadonlyMap<string, Verdict>;
  time: number;
  /** Why it did not run, in its own words. */
  why?: string | undefined;
}

export function hasScripts(sources: string): boolean {
  return existsSync(join(sources, SELFTESTS));
}

/** A script of the kernel's selftests, by its name without `.sh`; undefined where the sources do not have it. */
export function findScript(sources: string, name: string): string | undefined {
  return FOLDERS.map((folder) => join(sources, SELFTESTS, folder, `${name}.sh`)).find(existsSync);
}

/** Runs a script, isolated. It ends at the latest after 15 minutes. */
export async function runScript(path: string): Promise<Judgement> {
  // Those of net/forwarding do not skip without VRFs, but fail.
  if (NEEDS_VRF.test(readFileSync(path, 'utf8')) && !supports('vrf'))
    return { verdicts: new Map(), time: 0, why: `needs ${kernelOption('vrf')}` };
  const isForwarding = basename(dirname(path)) === 'forwarding';
  const [program, args] = isolated(path, isForwarding ? INTERFACES : []);
  const started = performance.now();
  const { output, end } = await new Promise<{ output: string; end: number | string }>((resolve) => {
    const options = {
      cwd: dirname(path),
      env: { ...process.env, TMPDIR: '/run' },
      maxBuffer: MOST_OUTPUT,
      timeout: WITHIN,
      killSignal: 'SIGKILL',
    } as const;
    const child = execFile(program, args, options, (error, out, err) =>
      resolve({ output: `${out}${err}`, end: error ? (error.code ?? `ended by ${error.signal}`) : 0 }),
    );
    child.stdin?.end();
  });
  const time = performance.now() - started;
  const verdicts = readVerdicts({ name: basename(path, '.sh'), output, end });
  const ran = [...verdicts.values()].some((verdict) => verdict !== 'skip');
  return { verdicts, time, why: ran ? undefined : output.trim().split('\n').at(-1) };
}
