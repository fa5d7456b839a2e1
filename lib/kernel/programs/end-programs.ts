import { readdirSync, readFileSync } from 'node:fs';
import { hasCode, ifReadable } from '../../base/has-code.ts';
import { now, sleep } from '../clock.ts';
import { describeProcess } from './describe-process.ts';
import { allProcesses, isAlive, signalProcess } from './process-state.ts';
import { markOf } from './program-mark.ts';

/** What tells the programs of labs from all others: they are in a lab's network, bear one of these marks, or descend from one that does. */
export interface LabSigns {
  /** Whether a process is in a network of the labs. */
  isIn: (pid: number) => boolean;
  /** Values of {@link ProgramMark}. */
  marks: ReadonlySet<bigint>;
}

/**
 * Kills the programs of labs, daemons that left their parent too, and waits until all are gone. It stops them first: what
 * is stopped forks no more, so that a look that finds no other is the last. A reaper among them, which ends what a run of
 * hairpin inside the lab has left, has half of the time for that.
 *
 * @param makeRoom called when this process has no descriptor left, of which it takes one
 * @throws Error naming the processes that are still there after the deadline
 */
export async function endPrograms(signs: LabSigns, deadlineMilliseconds: number, makeRoom = () => {}): Promise<void> {
  const deadline = now() + deadlineMilliseconds;
  const reapersDeadline = now() + deadlineMilliseconds / 2;
  for (;;) {
    try {
      const { programs, reapers } = stopPrograms(signs);
      const left = [...programs, ...reapers];
      const toKill = now() > reapersDeadline ? left : programs;
      if (left.length === 0) return;
      if (now() > deadline)
        throw new Error(
          `still in the lab ${deadlineMilliseconds} ms after SIGKILL: ${left.map(describeProcess).join(', ')}`,
        );
      for (const pid of toKill) signalProcess(pid, 'SIGKILL');
      // A look at all processes takes longer than one at these.
      const until = toKill === left ? deadline : reapersDeadline;
      while (left.some(isAlive) && now() < until) await sleep(1);
    } catch (error) {
      if (!hasCode(error, 'EMFILE', 'ENFILE') || now() > deadline) throw error;
      makeRoom();
    }
  }
}

/** The programs of labs that are there now; nothing is done to them. */
export function findPrograms(signs: LabSigns): number[] {
  return allProcesses().filter((pid) => pid !== process.pid && ['program', 'reaper'].includes(judge(pid, signs)));
}

type Verdict = 'program' | 'reaper' | 'other' | 'gone';

/** Stops all that there are. What has ended may have forked since the list was made: then there is another look. */
function stopPrograms(signs: LabSigns): { programs: Set<number>; reapers: Set<number> } {
  const [seen, programs, reapers] = [new Set([process.pid]), new Set<number>(), new Set<number>()];
  for (let settled = false; !settled; ) {
    settled = true;
    for (const pid of allProcesses()) {
      if (seen.has(pid)) continue;
      seen.add(pid);
      const verdict = judge(pid, signs);
      if (verdict === 'reaper') reapers.add(pid);
      if (verdict === 'program') stop(pid, programs);
      settled &&= verdict === 'reaper' || verdict === 'other';
    }
  }
  return { programs, reapers };
}

/** With what descends from it: that may have left the lab's networks and taken its mark off. */
function stop(pid: number, programs: Set<number>): void {
  if (programs.has(pid)) return;
  signalProcess(pid, 'SIGSTOP');
  programs.add(pid);
  for (const child of childrenOf(pid)) if (isAlive(child) && !isReaper(child)) stop(child, programs);
}

function judge(pid: number, { isIn, marks }: LabSigns): Verdict {
  const known = markOf(pid);
  if (known === 'gone') return 'gone';
  if (!(known && marks.has(known.mark)) && !isIn(pid)) return 'other';
  if (!isAlive(pid)) return 'gone';
  return known?.isReaper ? 'reaper' : 'program';
}

/** Of all of its threads; none where the kernel does not tell (`CONFIG_PROC_CHILDREN`), as distributions' do. */
function childrenOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  const read = () => readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/children`, 'latin1'));
  return (ifReadable(read) ?? [])
    .flatMap((text) => text.split(' '))
    .map(Number)
    .filter((child) => child > 0);
}

function isReaper(pid: number): boolean {
  const known = markOf(pid);
  return known !== 'gone' && known?.isReaper === true;
}
