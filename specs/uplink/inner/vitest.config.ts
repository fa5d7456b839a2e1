import config from '../../../vitest.config.ts';

/** The project's own settings, for the files that pool.spec.ts names. */
export default { ...config, test: { include: ['specs/uplink/inner/*.ts'], testTimeout: 60_000 } };
