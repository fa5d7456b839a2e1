import { type CliOptions, createCLI, createVitest, parseCLI, type Vitest } from 'vitest/node';
import { errorMessage } from '../../base/error-message.ts';
import { hasCode } from '../../base/has-code.ts';
import { COMMAND } from '../hold-mode.ts';

/** Why nothing could be run. */
export interface Misuse {
  misuse: string;
}

/**
 * Runs spec files with the project's own config, inside this process.
 *
 * @param words the arguments of `vitest run`: parts of the paths of spec files, and options
 * @param options those that the arguments do not change
 * @param run starts vitest with the filters, and makes of it what the caller needs
 */
export async function runSpecs<T extends object>(
  words: readonly string[],
  options: CliOptions,
  run: (vitest: Vitest, filters: string[]) => Promise<T>,
): Promise<T | Misuse> {
  const wrong = whyWrong(words);
  if (wrong !== undefined) return { misuse: wrong };
  process.env[COMMAND] = '1';
  const { filter, options: asked } = parseCLI(['vitest', 'run', ...words]);
  const vitest = await createVitest(
    { ...asked, watch: false, run: true, includeTaskLocation: true, coverage: { enabled: false }, ...options },
    {},
    // What specs print is not what was asked for.
    { stdout: process.stderr },
  );
  try {
    return await run(vitest, filter);
  } catch (error) {
    if (!hasCode(error, 'VITEST_FILES_NOT_FOUND')) throw error;
    const { include = [] } = vitest.config;
    return {
      misuse: `no spec file matches ${filter.join(' ') || 'the config'}; the config includes ${include.join(', ')}`,
    };
  } finally {
    await vitest.close();
  }
}

/** What vitest's own command line would say of the arguments; `parseCLI` lets unknown options through. */
function whyWrong(words: readonly string[]): string | undefined {
  const cli = createCLI();
  try {
    cli.parse(['node', 'vitest', 'run', ...words], { run: false });
    cli.matchedCommand?.checkUnknownOptions();
    cli.matchedCommand?.checkOptionValue();
    return undefined;
  } catch (error) {
    return `vitest run does not take these arguments: ${errorMessage(error)}`;
  }
}
