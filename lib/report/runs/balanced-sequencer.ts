import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';
import { type Durations, readDurations } from './durations.ts';
import { specificationKey } from './module-key.ts';

/**
 * vitest's own sequencer, but that `--shard` shares the files out by how long they took (`hairpin/reporter` writes that
 * down). All shards must have the same file of durations. Without one it is vitest's own way, by the number of files.
 *
 * @param path the file of durations
 */
export function balancedSequencer(path: string): TestSequencerConstructor {
  return class BalancedSequencer extends BaseSequencer {
    override async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
      const { shard } = this.ctx.config;
      const durations = readDurations(path);
      if (!shard || durations.size === 0) return super.shard(files);
      const keys = [...new Set(files.map(specificationKey))];
      const own = new Set(balanceShards(keys, durations, shard.count)[shard.index - 1]);
      return files.filter((file) => own.has(specificationKey(file)));
    }
  };
}

/**
 * Shares files out among shards so that all take about the same time: the longest first, each to the shard with the
 * least to do so far (Graham's rule: at worst 4/3 of the best). The same on every machine that has the same durations.
 *
 * @param keys the files, in whatever order
 * @param count how many shards
 * @returns the keys of each shard
 */
export function balanceShards(keys: readonly string[], durations: Durations, count: number): string[][] {
  const known = keys.flatMap((key) => durations.get(key) ?? []);
  // New files count as average, so that a few of them do no harm.
  const usual = median(known);
  const inOrder = keys
    .map((key) => ({ key, time: durations.get(key) ?? usual }))
    .sort((one, other) => other.time - one.time || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
  const shards = Array.from({ length: count }, () => ({ keys: [] as string[], time: 0 }));
  for (const { key, time } of inOrder) {
    // Files that take no time are shared out, too.
    const least = shards.reduce((best, shard) =>
      shard.time < best.time || (shard.time === best.time && shard.keys.length < best.keys.length) ? shard : best,
    );
    least.keys.push(key);
    least.time += time;
  }
  return shards.map((shard) => shard.keys);
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
