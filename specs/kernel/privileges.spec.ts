import { expect, test } from 'hairpin';
import { isRootOfMachine } from '../../lib/kernel/namespaces/user-namespace.ts';
import { ownModule } from '../own-module.ts';

const lab = ownModule('lab/index');
const socket = ownModule('netlink/socket');

/** A program of Node's that says how its last line fails. */
const script = (imports: string, body: string) => [
  '--no-warnings',
  '--input-type=module',
  '--eval',
  `${imports}\ntry { ${body} } catch (error) { console.log(error.name + ': ' + error.message); }`,
];

/** What makes an ordinary user of root, once all is loaded: that user may not be let into the folder of this project. */
const BECOME_NOBODY = 'process.setgroups([]); process.setgid(65534); process.setuid(65534);';

// a: Node of an ordinary user's
test.for([
  [
    'of vitest is told of the pool',
    { VITEST: 'true' },
    'let the pool of hairpin/config make a user namespace for each worker: plugins: [hairpin()] in ' +
      "vitest's config, in each of its projects, and no other pool",
  ],
  [
    'with a script is told how to be root of a user namespace',
    { VITEST: undefined },
    'as root of a user namespace: unshare --map-root-user --net --mount node script.ts',
  ],
] as const)('an ordinary user %s', async ([, env, mend], { lab: outer, skip }) => {
  if (!isRootOfMachine()) skip('needs root of the machine, which may become another user');
  const body = script(`import { createLab } from '${lab}';`, `${BECOME_NOBODY} createLab().namespace('a');`);
  const { stdout } = await outer.namespace('a').exec(process.execPath, body, { env });
  expect(stdout).toBe(
    'KernelError: unshare(CLONE_NEWNET): EPERM (operation not permitted)\n' +
      `  usual cause: a new network namespace takes CAP_SYS_ADMIN: run as root, or ${mend}`,
  );
});

// a: Node as root of a new user namespace, which a's network does not belong to
test('root of a user namespace that has no network of its own is told how to get one', async ({ lab: outer }) => {
  const body = script(`import { createLab } from '${lab}';`, `createLab().namespace('a');`);
  const command = ['--user', '--map-root-user', process.execPath, ...body];
  const { stdout } = await outer.namespace('a').exec('unshare', command);
  expect(stdout).toBe(
    'KernelError: setns(CLONE_NEWNET): EPERM (operation not permitted)\n' +
      '  usual cause: this process is root of a user namespace, but its network belongs to another: start it by ' +
      'unshare --map-root-user --net --mount',
  );
});

// a: Node with few file descriptors, until there are none left
test('out of file descriptors, a lab says so', async ({ lab: outer }) => {
  const body = script(`import { NetlinkSocket } from '${socket}';`, 'for (;;) new NetlinkSocket();');
  const { stdout } = await outer.namespace('a').exec('prlimit', ['--nofile=64', process.execPath, ...body]);
  expect(stdout).toBe(
    'KernelError: socket(AF_NETLINK, NETLINK_ROUTE): EMFILE (too many open files)\n' +
      '  usual cause: this process is out of file descriptors (ulimit -n)',
  );
});
