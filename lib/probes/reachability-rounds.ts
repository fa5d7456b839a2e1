/**
 * Questions at once, at most: each costs an entry at both ends, and the kernel's neighbour table has room for 1024 of
 * all namespaces of the machine together (`gc_thresh3`).
 */
const MOST_AT_ONCE = 128;

/**
 * Spreads all ordered pairs of `n` hosts over rounds, so that in each a host only asks or is only asked. A host that
 * does both would spoil its asker's question: what it broadcasts to find another is heard by its asker too, who so
 * learns its address without having had an answer (`arp_process` updates an entry that is being asked for).
 *
 * Each host gets a number of its own with half of its bits set, and asks in the rounds of its set bits. Of two such
 * numbers each has a bit that the other lacks (Sperner), so every pair gets its turn: 50 hosts take 8 rounds, before
 * {@link MOST_AT_ONCE} divides them.
 */
export function reachabilityRounds(n: number): [from: number, to: number][][] {
  const { bits, numbers } = halfSetNumbers(n);
  const rounds: [number, number][][] = [];
  for (let round = 0; round < bits; round++) {
    const isAsker = (host: number) => (((numbers[host] ?? 0) >> round) & 1) === 1;
    const hosts = numbers.map((_, host) => host);
    const [askers, asked] = [hosts.filter(isAsker), hosts.filter((host) => !isAsker(host))];
    const pairs = diagonally(askers, asked).filter(([from, to]) => firstRound(numbers, from, to) === round);
    for (let at = 0; at < pairs.length; at += MOST_AT_ONCE) rounds.push(pairs.slice(at, at + MOST_AT_ONCE));
  }
  return rounds;
}

/** The first `n` numbers with half of their bits set, and of how many bits they are: as few as will do. */
function halfSetNumbers(n: number): { bits: number; numbers: number[] } {
  for (let bits = 2; ; bits++) {
    const numbers: number[] = [];
    for (let number = 0; number < 1 << bits && numbers.length < n; number++) {
      if (bitsSetIn(number) === bits >> 1) numbers.push(number);
    }
    if (numbers.length === n) return { bits, numbers };
  }
}

function bitsSetIn(number: number): number {
  return number === 0 ? 0 : (number & 1) + bitsSetIn(number >> 1);
}

/** All pairs, in an order in which neighbouring ones have neither end in common: the load is spread. */
function diagonally(askers: readonly number[], asked: readonly number[]): [number, number][] {
  return asked.flatMap((_, offset) =>
    askers.map((from, at): [number, number] => [from, asked[(at + offset) % asked.length] as number]),
  );
}

/** The lowest bit that the asker's number has and the other's lacks. */
function firstRound(numbers: readonly number[], from: number, to: number): number {
  const own = (numbers[from] ?? 0) & ~(numbers[to] ?? 0);
  return Math.log2(own & -own);
}
