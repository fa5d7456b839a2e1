import { isObject } from '../../base/plain-object.ts';
import { UsageError, wrongOption } from '../../base/validate.ts';
import type { ExecOptions } from './exec.ts';

/** @throws UsageError for what is no object, and for options that neither execa nor we know: execa would hand them on in silence */
export function checkExecOptions(call: string, options: unknown): asserts options is ExecOptions {
  if (!isObject(options)) throw wrongOption(call, 'options', 'an object such as { timeout: 1000 }', options);
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(KNOWN, option)) continue;
    throw new UsageError(
      `${call}: there is no option '${option}'; the options are taps and those of execa, except encoding and lines`,
    );
  }
}

/** The compiler compares them with execa's own. */
const KNOWN: Record<keyof ExecOptions, true> = {
  ...{ all: true, argv0: true, buffer: true, cancelSignal: true, cleanup: true, cwd: true, detached: true, env: true },
  ...{ extendEnv: true, forceKillAfterDelay: true, gid: true, gracefulCancel: true, input: true, inputFile: true },
  ...{
    ipc: true,
    ipcInput: true,
    killDescendants: true,
    killSignal: true,
    localDir: true,
    maxBuffer: true,
    node: true,
  },
  ...{ nodeOptions: true, nodePath: true, preferLocal: true, reject: true, serialization: true, shell: true },
  ...{ stderr: true, stdin: true, stdio: true, stdout: true, stripFinalNewline: true, taps: true, timeout: true },
  ...{ uid: true, verbose: true, windowsHide: true, windowsVerbatimArguments: true },
};
