import config from '../../../vitest.config.ts';

/** The project's own settings, for the file that makes and closes labs while something is killed. */
export default { ...config, test: { include: ['specs/leaks/victim/busy.ts'], testTimeout: 60_000 } };
