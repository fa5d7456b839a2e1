import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';

const LIBRARY = fileURLToPath(new URL('../../lib/containers/index.ts', import.meta.url));

/** A Node for which the package is not installed. */
const WITHOUT = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, ...rest) => rest.at(-1)(name === 'testcontainers' ? 'no-such-package' : name, rest[0]) });
`;

const SCRIPT = `
  import { ContainerLab } from '${LIBRARY}';
  const lab = new ContainerLab();
  await lab.container('web', 'busybox').catch(({ message, stack }) => console.log(message, stack.includes('[eval')));
  await lab.close();
`;

// host: a project without testcontainers
test('without testcontainers a lab says how to get it', async ({ lab }) => {
  const hooks = `data:text/javascript,${encodeURIComponent(WITHOUT)}`;
  const args = ['--import', hooks, '--input-type=module', '--eval', SCRIPT];
  const { stdout } = await lab.namespace('host').exec(process.execPath, args);
  expect(stdout).toBe(
    'lab.container: the package testcontainers is not installed: npm install --save-dev testcontainers@12 true',
  );
});
