import { sleep } from '../kernel/clock.ts';
import { deviceAt } from '../lab/device-at.ts';
import { type AddressState, type Interface, isLink, type Namespace, UsageError } from '../lab/index.ts';
import { addressesIn } from '../lab/tables/address-list.ts';
import { untilAddressesUsable } from '../lab/usable-addresses.ts';
import { macvlan } from '../links/macvlan.ts';
import { isRoutable } from '../netlink/address.ts';
import { contains, type Family } from '../wire/ip-address.ts';
import type { Asker } from './asker.ts';
import { drain } from './drain.ts';
import { Echoer } from './echoer.ts';
import { askWithRoom, isUnknown, ROOM_PATIENCE } from './neighbour-room.ts';
import type { ProbeResult } from './outcome.ts';
import { HOLD, type Quiet, WITHIN } from './patience.ts';
import type { Question } from './question.ts';

/**
 * How long a macvlan parent's worker may sit on a broadcast, in milliseconds (`macvlan_process_broadcast`), where nothing
 * is known of the queues; worst seen under load: 12.
 */
const BROADCASTS_DELIVERED = 20;

interface ReachabilityOptions {
  /** How long a turn waits for answers that are not wanted, in milliseconds. @default 100 */
  milliseconds?: number;
  /** Which pairs are to answer, as `(from, to)`: those are waited for as long as `toReach` waits. @default none */
  wanted?: (from: Namespace, to: Namespace) => boolean;
  /** Which pairs must not answer: where a program may keep packets, those are asked for as long in the end. @default none */
  unwanted?: (from: Namespace, to: Namespace) => boolean;
  /** @default 4 */
  family?: Family;
  /** What is known of the lab's queues, for each turn. @default nothing is */
  quiet?: (() => Quiet) | undefined;
  /** Whether a turn ends once nothing is under way any more. @default false */
  untilQuiet?: boolean;
}

/** What came of one namespace asking another, at which address. */
export interface PairResult extends ProbeResult {
  address: string;
  question: Question;
  /** Whether a captured frame is one of this pair's probes, or an answer to one. */
  recognize: Asker['recognize'];
}

/** Row asks column: `matrix[i][j]` is what came of namespace `i` asking `j`; undefined on the diagonal. */
export type ReachabilityMatrix = (PairResult | undefined)[][];

/**
 * Sends echoes from each namespace to each other, and says of every ordered pair what came of it. Each pair is asked
 * from cold neighbour tables. One namespace after another asks all others at once: whoever else asked meanwhile could
 * overhear how an address is found, and so learn it without having had an answer (`arp_process` updates an entry that
 * is being asked for; a macvlan in mode source hears even answers to others). A turn is over when all have answered, at
 * the latest after `milliseconds`.
 *
 * @throws UsageError for a namespace without an address of the family
 */
export async function reachability(
  namespaces: readonly Namespace[],
  options: ReachabilityOptions = {},
): Promise<ReachabilityMatrix> {
  const { milliseconds = HOLD, wanted = () => false, unwanted = () => false, family = 4 } = options;
  const { quiet, untilQuiet = false } = options;
  await Promise.all(namespaces.map(({ lab }) => untilAddressesUsable(lab)));
  const addresses = namespaces.map((namespace) => addressesOf(namespace, family));
  const hasWorker = namespaces.some(({ lab }) =>
    lab.namespaces.some(({ interfaces }) => interfaces.some((device) => isLink(device, macvlan))),
  );
  let within = WITHIN;
  let room = ROOM_PATIENCE;
  const questionsOf = (from: number) => {
    const others = namespaces.map((_, to) => to).filter((to) => to !== from);
    return { others, questions: others.map((to) => toQuestion(namespaces, addresses, from, to, family)) };
  };
  const askRow = async (from: number, namespace: Namespace, isOneOfSeveral: boolean) => {
    // A broadcast that waits for a macvlan parent's worker would come into the next turn, and tell who sent it.
    if (hasWorker && from > 0) await broadcastsDelivered(quiet?.());
    for (const each of namespaces) each.neighbour.flush(family);
    const { others, questions } = questionsOf(from);
    using echoer = new Echoer(namespace, family);
    const isWanted = (at: number) => wanted(namespace, namespaces[others[at] as number] as Namespace);
    const { result: asked, noRoom } = await askWithRoom(namespace, family, {
      ask: () => echoer.ask(questions, { milliseconds, within, wanted: isWanted, quiet, untilQuiet, isOneOfSeveral }),
      isLost: (results) => results.some(isUnknown),
      milliseconds: room,
    });
    // One pair of which nothing is known decides already.
    if (noRoom) room = 0;
    const missing = asked.find(({ outcome }, at) => outcome !== 'answered' && isWanted(at));
    if (missing) within -= missing.elapsed;
    const results = withoutRoom(asked, noRoom);
    const answers = questions.map((question, at) => ({
      ...(results[at] as ProbeResult),
      ...{ address: question.to.address, question, recognize: echoer.recognizer(at) },
    }));
    return namespaces.map((_, to) => answers[others.indexOf(to)]);
  };
  const matrix: ReachabilityMatrix = [];
  for (const [from, namespace] of namespaces.entries()) matrix.push(await askRow(from, namespace, true));
  if (!untilQuiet || !quiet?.().mayBeHeld(false)) return matrix;
  const open = (from: number) => {
    const { others, questions } = questionsOf(from);
    const isOpen = (to: number) =>
      matrix[from]?.[to]?.outcome !== 'answered' &&
      unwanted(namespaces[from] as Namespace, namespaces[to] as Namespace);
    return questions.filter((_, at) => isOpen(others[at] as number));
  };
  const late = await rowsWithLateAnswers(namespaces, open, { milliseconds, family, quiet });
  for (const from of late) matrix[from] = await askRow(from, namespaces[from] as Namespace, false);
  return matrix;
}

/**
 * Asks all at once, for as long as a program may keep a packet, so that it takes the time of one question. Who has an answer may have
 * overheard somebody else's, and is to be asked again alone; so is who learnt nothing.
 *
 * @param open what each namespace asks
 * @returns their places
 */
async function rowsWithLateAnswers(
  namespaces: readonly Namespace[],
  open: (from: number) => Question[],
  { milliseconds, family, quiet }: { milliseconds: number; family: Family; quiet: () => Quiet },
): Promise<number[]> {
  for (const each of namespaces) each.neighbour.flush(family);
  const rows = namespaces.map(async (namespace, from) => {
    const questions = open(from);
    if (questions.length === 0) return [];
    using echoer = new Echoer(namespace, family);
    const patience = { milliseconds, within: 0, wanted: () => false, quiet, untilQuiet: true };
    const { result, noRoom } = await askWithRoom(namespace, family, {
      ask: () => echoer.ask(questions, patience),
      isLost: (results) => results.some(isUnknown),
      milliseconds: 0,
    });
    const isSure =
      noRoom === undefined && result.every(({ outcome }) => outcome !== 'answered' && outcome !== 'broken');
    return isSure ? [] : [from];
  });
  return (await Promise.all(rows)).flat();
}

async function broadcastsDelivered(quiet: Quiet | undefined): Promise<void> {
  if (!quiet) return sleep(BROADCASTS_DELIVERED);
  const failure = await drain(quiet);
  if (failure) throw new Error(`the pairs could not be asked one after another: ${failure}`);
}

/** What was lost while the machine's neighbour table was full may have been answered. */
function withoutRoom(results: ProbeResult[], reason: string | undefined): ProbeResult[] {
  if (!reason) return results;
  return results.map((result) => (isUnknown(result) ? { ...result, outcome: 'broken', reason } : result));
}

/** An address of a namespace, and where it is, or, if the loopback has it, some other device. */
interface OwnAddress extends AddressState {
  device: Interface;
}

function addressesOf(namespace: Namespace, family: Family): OwnAddress[] {
  const own = addressesIn(namespace, family).filter(isRoutable);
  const usable = own.flatMap((state) => {
    const device = deviceAt(namespace, state.index) ?? namespace.interfaces[0];
    return device ? [{ ...state, device }] : [];
  });
  if (usable.length > 0) return usable;
  throw new UsageError(
    `reachability: ${namespace.name} has no IPv${family} address, so it can neither ask nor be asked`,
  );
}

/** As `reach` chooses them: addresses that are on one subnet, where there are any. */
function toQuestion(
  namespaces: readonly Namespace[],
  addresses: readonly OwnAddress[][],
  asker: number,
  asked: number,
  family: Family,
): Question {
  const [own, others] = [addresses[asker] ?? [], addresses[asked] ?? []];
  const near = others.find(({ address }) => own.some((prefix) => contains(prefix, address)));
  const { address } = near ?? (others[0] as OwnAddress);
  const source = own.find((prefix) => contains(prefix, address)) ?? (own[0] as OwnAddress);
  return {
    from: namespaces[asker] as Namespace,
    source,
    to: { address, namespace: namespaces[asked] },
    family,
    bound: undefined,
  };
}
