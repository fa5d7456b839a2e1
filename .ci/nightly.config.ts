import { mergeConfig } from 'vitest/config';
import config from '../vitest.config.ts';

/** The suite's own, with a record of the last nights: merges the runs of the nightly workflow. */
export default mergeConfig(config, {
  test: { reporters: [['hairpin/reporter', { stability: '.hairpin/stability.json' }]] },
});
