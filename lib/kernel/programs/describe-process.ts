import { visible } from '../../base/visible-text.ts';
import { argumentsOf } from './process-state.ts';

/** `process 4711 (sleep 1000)`. */
export function describeProcess(pid: number): string {
  const command = visible(
    argumentsOf(pid)
      .replaceAll(/[\0\s]+/g, ' ')
      .trim(),
  );
  return `process ${pid}${command && ` (${command.length > 80 ? `${command.slice(0, 79)}…` : command})`}`;
}
