import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';
import { balanceShards } from './balance-shards.ts';
import { readDurations } from './durations.ts';
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
