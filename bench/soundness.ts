import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { busyMachine } from './busy-machine.ts';
import { type Report, summarize } from './measure.ts';
import { type Labour, type LaneMessage, type LaneOptions, type Note, RARELY } from './soundness-lane.ts';
import { PROGRAMS, type Programs, type Variant } from './soundness-networks.ts';
import { isAskedOf, KINDS } from './soundness-questions.ts';

/** Threads, and networks that each asks side by side, so that the waits of one are the work of another. */
const [THREADS, LANES] = [4, 4];

/** A new network every so many rounds: what a long life does to one is no part of this. */
const ROUNDS_A_LAB = 10;

/** So many wrong answers are told in full. */
const MOST_TOLD = 10;

const TELL_EVERY = 10_000;

const NETWORKS = ['vepa', 'switched'] as const;

export interface SoundnessOptions {
  /** How often each kind of question is put, with `.not` and without, where it is so and where it is not. */
  each: number;
  /** Only these kinds. */
  only?: readonly string[] | undefined;
  /** No question is put after so many minutes. */
  minutes?: number | undefined;
  progress: (line: string) => void;
}

/** A kind of question, as it was put, where. */
interface Cell {
  kind: string;
  programs: Programs;
  isTrue: boolean;
  isNot: boolean;
  times: number[];
  wrong: number;
}

/** Every kind of question over and over, on a machine that is busy otherwise: how many answers are wrong? */
export async function soundness(options: SoundnessOptions): Promise<Report> {
  const { each, only, minutes = Number.POSITIVE_INFINITY, progress } = options;
  const kinds = Object.keys(KINDS).filter((kind) => only?.includes(kind) ?? true);
  const cells = new Map<string, Cell>();
  const told: string[] = [];
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const [count, wrong] = [(cell: Cell) => cell.times.length, (cell: Cell) => cell.wrong];
  const sum = (of: (cell: Cell) => number) => [...cells.values()].reduce((total, cell) => total + of(cell), 0);
  const note = (answer: Note) => {
    const cell = cellOf(cells, answer);
    cell.times.push(answer.time);
    if (answer.fault === undefined) return;
    cell.wrong++;
    if (told.length >= MOST_TOLD) return;
    const { kind, isNot, variant, fault } = answer;
    const text = `WRONG: ${isNot ? '.not, ' : ''}${kind}, ${JSON.stringify(variant)}: ${fault}`;
    told.push(text);
    progress(text);
  };
  const status = () => progress(`  ${seconds().toFixed(0)} s: ${sum(count)} questions, ${sum(wrong)} wrong`);

  await using load = busyMachine();
  const telling = setInterval(status, TELL_EVERY);
  try {
    const waiting = laboursOf(each, kinds);
    const lane = { kinds, until: Date.now() + minutes * 60_000 };
    await Promise.all(Array.from({ length: THREADS }, () => runThread(lane, () => waiting.shift(), note)));
  } finally {
    clearInterval(telling);
  }
  return {
    title: `Sound answers: each question up to ${each} times, ${THREADS * LANES} networks side by side`,
    notes: [
      `Meanwhile: ${load.description}.`,
      `${sum(count)} questions in ${seconds().toFixed(0)} s, ${sum(wrong)} wrong answers.`,
      `What is not so, and asked without .not, is asked ${RARELY} times less often. So is "behaviour".`,
      ...told,
    ],
    figures: [...cells.values()]
      .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || nameOf(a).localeCompare(nameOf(b)))
      .map((cell) => ({
        group: cell.kind,
        name: nameOf(cell),
        unit: 'ms',
        summary: summarize(cell.times),
        wrong: cell.wrong,
      })),
    wrong: sum(wrong),
  };
}

function cellOf(cells: Map<string, Cell>, { kind, variant: { programs }, isTrue, isNot }: Note): Cell {
  const key = [kind, programs, isTrue, isNot].join(' ');
  const cell = cells.get(key) ?? { kind, programs, isTrue, isNot, times: [], wrong: 0 };
  cells.set(key, cell);
  return cell;
}

function nameOf({ programs, isTrue, isNot }: Cell): string {
  const asked = isNot ? '.not' : 'positive';
  return `${isTrue ? 'is so' : 'is not so'}, ${asked}, program: ${programs}`;
}

/** All rounds: a network of each variant, one after another. */
function laboursOf(each: number, kinds: readonly string[]): Labour[] {
  const variants = NETWORKS.flatMap((network) =>
    [true, false].flatMap((reaches) => PROGRAMS.map((programs): Variant => ({ network, reaches, programs }))),
  ).filter((variant) => kinds.some((kind) => isAskedOf(kind, variant)));
  // Few questions are put to servers, so they do not count here.
  const rounds = Math.ceil(each / NETWORKS.length / (PROGRAMS.length - 1));
  const firsts = Array.from({ length: Math.ceil(rounds / ROUNDS_A_LAB) }, (_, at) => at * ROUNDS_A_LAB);
  return firsts.flatMap((first) =>
    variants.map((variant) => ({ variant, first, last: Math.min(first + ROUNDS_A_LAB, rounds) })),
  );
}

async function runThread(
  options: LaneOptions,
  next: () => Labour | undefined,
  note: (answer: Note) => void,
): Promise<void> {
  const worker = new Worker(new URL('./soundness-lane.ts', import.meta.url), { workerData: options });
  let busy = 0;
  const begin = () => {
    const labour = next();
    if (labour) {
      busy++;
      worker.postMessage(labour);
    } else if (busy === 0) worker.postMessage(undefined);
  };
  worker.on('message', (message: LaneMessage) => {
    if (message !== 'done') return note(message);
    busy--;
    begin();
  });
  for (let lane = 0; lane < LANES; lane++) begin();
  await once(worker, 'exit');
}
