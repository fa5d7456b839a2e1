import { now } from '../../kernel/clock.ts';
import { roomToClose } from '../../kernel/libc.ts';
import { describeProcess } from '../../kernel/programs/describe-process.ts';
import type { Lab } from '../lab.ts';
import { framesOf, registerWait } from '../programs/waits.ts';
import { engineOf } from './engine.ts';
import type { LabEngine } from './lab-engine.ts';

/**
 * Kills the programs of a lab and closes all that it holds; {@link Lab.close} is this.
 *
 * @throws AggregateError of everything that went wrong, after the rest is done
 */
export async function endLab({ programs, resources, uplinks }: LabEngine): Promise<void> {
  const errors: unknown[] = [];
  const attempt = async (step: () => unknown) => {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  };
  await attempt(() => programs.hearOfDeaths());
  errors.push(...programs.failed.map(({ error }) => error));
  await attempt(() => programs.end(() => resources.makeRoom()));
  // The kernel takes namespaces down some time later (cleanup_net); a real NIC is as it was when this returns.
  for (const uplink of uplinks.values()) await attempt(() => engineOf(uplink).release());
  for (const resource of resources.takeAll()) await attempt(() => resource.close());
  await roomToClose();
  if (errors.length === 1) throw errors[0];
  if (errors.length > 0) throw new AggregateError(errors, `closing the lab: ${errors.map(String).join('; ')}`);
}

const ending = new WeakSet<Lab>();

/** Registers the end of a lab as something that a spec waits for; once, where a kind of lab has more to end. */
export function registerEnd(lab: Lab, end: Promise<void>): Promise<void> {
  if (ending.has(lab)) return end;
  ending.add(lab);
  const state = () => describeEnd(engineOf(lab));
  const frames = framesOf(lab.close);
  registerWait({ lab, words: 'lab.close()', frames, isAwaited: true, since: now(), state }, end);
  return end;
}

function describeEnd({ programs }: LabEngine): string[] {
  const processes = programs.left().map(describeProcess);
  if (processes.length > 0) return ['It waits for the end of what runs in the lab:', ...indented(processes)];
  const open = programs.running.map(({ words }) => words);
  if (open.length > 0) return ['It waits for the end of the output of', ...indented(open)];
  return ['It waits for the kernel to close its sockets.'];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
