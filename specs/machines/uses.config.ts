import config from '../../vitest.config.ts';

export default { ...config, test: { include: ['specs/machines/uses.fixture.ts'] } };
