import config from '../../../vitest.config.ts';

/** The project's own settings, for the one file that is there to be killed. */
export default { ...config, test: { include: ['specs/plugins/victim/stays-attached.ts'] } };
