import config from '../../../vitest.config.ts';

/** The project's own settings, for the tests that are wrong on purpose. */
export default { ...config, test: { include: ['specs/matchers/misuse/{misuse,hooks,forgotten}.ts'] } };
