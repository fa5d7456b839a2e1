import { hideOwnFrames } from '../base/own-frames.ts';
import { isObject } from '../base/plain-object.ts';
import { harmless } from '../base/visible-text.ts';
import { parseJson } from './json.ts';

/** The specification's own codes (section 5, "Error"); plugins have theirs from 100 on. */
const CODES: Record<number, string> = {
  1: 'incompatible CNI version',
  2: 'unsupported field in the network configuration',
  3: 'the container is unknown, or does not exist',
  4: 'invalid environment variables',
  5: 'I/O failure',
  6: 'failed to decode content',
  7: 'invalid network configuration',
  11: 'try again later',
  999: 'internal error of the plugin',
};

/** Which run of a plugin it was. */
export interface CniRun {
  command: 'ADD' | 'CHECK' | 'DEL';
  network: string;
  plugin: string;
  /** `ns1/eth0`. */
  place: string;
}

/** What a plugin left behind when it ended with a failure. */
export interface CniFailure {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/**
 * A CNI plugin refused, or failed. `code`, `msg` and `details` are those of the specification (section 5); a plugin that
 * did not even say so has none.
 *
 * @example
 * try { await net.add(ns1); } catch (error) { if (error instanceof CniError && error.code === 11) … }
 */
export class CniError extends Error {
  override readonly name = 'CniError';
  readonly command: CniRun['command'];
  readonly plugin: string;
  readonly code: number | undefined;
  readonly msg: string | undefined;
  readonly details: string | undefined;

  constructor({ command, network, plugin, place }: CniRun, failure: CniFailure) {
    const { code, msg, details } = parseError(failure.stdout);
    const lines = [
      `cni ${command} ${network}, plugin ${plugin}, ${place}: ${msg ?? outcome(failure)}`,
      code === undefined ? undefined : `  code: ${code}${CODES[code] ? ` (${CODES[code]})` : ''}`,
      details ? `  details: ${details}` : undefined,
      failure.stderr ? `  stderr: ${failure.stderr.replaceAll('\n', '\n    ')}` : undefined,
    ];
    super(harmless(lines.filter((line) => line !== undefined).join('\n')));
    this.command = command;
    this.plugin = plugin;
    this.code = code;
    this.msg = msg;
    this.details = details;
    hideOwnFrames(this);
  }
}

function outcome({ exitCode, stdout }: CniFailure): string {
  const end = exitCode === undefined ? 'it was killed' : `it ended with exit code ${exitCode}`;
  return `${end}, and ${stdout === '' ? 'printed nothing' : `printed no JSON object: ${stdout}`}`;
}

function parseError(stdout: string): { code?: number; msg?: string; details?: string } {
  const error = parseJson(stdout);
  if (!isObject(error)) return {};
  const { code, msg, details } = error;
  return {
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof msg === 'string' ? { msg } : {}),
    ...(typeof details === 'string' ? { details } : {}),
  };
}
