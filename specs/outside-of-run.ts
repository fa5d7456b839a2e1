/** For the environment of a run inside a run: it must not take the outer worker's settings for its own. */
export const OUTSIDE_OF_RUN = { VITEST: undefined, VITEST_WORKER_ID: undefined, VITEST_POOL_ID: undefined };

/** The same, of a run that also has no options of Node's, and no colours. */
export const PLAIN_OUTSIDE_OF_RUN = {
  ...OUTSIDE_OF_RUN,
  NODE_OPTIONS: undefined,
  FORCE_COLOR: undefined,
  NO_COLOR: '1',
};
