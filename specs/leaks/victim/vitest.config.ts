import config from '../../../vitest.config.ts';

/** The project's own settings, for the one file that is there to be killed. */
export default { ...config, test: { include: ['specs/leaks/victim/waits-to-be-killed.ts'] } };
