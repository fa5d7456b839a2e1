import type { TestProject, Vitest } from 'vitest/node';
import { onceInThread } from '../kernel/threads/once-in-thread.ts';
import { COMMAND, PAUSE } from '../report/hold-mode.ts';
import { thisMachine } from '../report/runs/project-name.ts';
import { makeQuitFolder } from './quit.ts';

/** The folders of runs that are held; undefined where no user could continue them. Each project that has the plugin may load this anew. */
const folders = onceInThread('quit-folders', () => new WeakMap<Vitest, string | undefined>());

/** vitest's reporters that draw a summary anew, which would write over the prompt. `dot` cannot do without. */
const DRAWING: readonly unknown[] = ['default', 'verbose', 'tree'];

/**
 * Has the failing tests of a project held: one file after the other, without time-outs. Not where a command of hairpin runs them for
 * an end of its own, nor in a guest, whose terminal is a log.
 */
export function pauseOnFailure(vitest: Vitest, project: TestProject): void {
  if (process.env[COMMAND] !== undefined || thisMachine() !== undefined) return;
  if (!folders.has(vitest)) folders.set(vitest, start(vitest));
  const folder = folders.get(vitest);
  const { config } = project;
  if (folder === undefined) return;
  Object.assign(config, { testTimeout: 0, hookTimeout: 0, maxWorkers: 1, env: { ...config.env, [PAUSE]: folder } });
}

function start({ config, logger }: Vitest): string | undefined {
  const { CI } = process.env;
  if (CI && CI !== 'false') {
    logger.warn('hairpin: pauseOnFailure does nothing where CI is set: nobody is there to go on');
    return undefined;
  }
  // In watch mode vitest itself reads what is typed.
  config.watch = false;
  config.reporters = config.reporters.map((reporter) => {
    const [name, options] = Array.isArray(reporter) ? reporter : [reporter];
    if (name === 'dot') return ['default', { summary: false }];
    return DRAWING.includes(name) ? [name, { ...Object(options), summary: false }] : reporter;
  }) as typeof config.reporters;
  return makeQuitFolder();
}
