import { expect, test } from 'hairpin';
import { ownModule } from '../own-module.ts';

const lab = ownModule('lab/index');
const socket = ownModule('netlink/socket');
const link = ownModule('netlink/link');

/** A program of Node's that says how its last line fails. */
const script = (imports: string, body: string) => [
  '--no-warnings',
  '--input-type=module',
  '--eval',
  `${imports}\ntry { ${body} } catch (error) { console.log(error.name + ': ' + error.message); }`,
];

const WITHOUT_CAPABILITIES = ['--bounding-set=-all', '--inh-caps=-all', '--'];

// a: Node without capabilities
test('without CAP_SYS_ADMIN a lab says what it needs', async ({ lab: outer }) => {
  const body = script(`import { createLab } from '${lab}';`, "createLab().namespace('a');");
  const { stdout } = await outer.namespace('a').exec('setpriv', [...WITHOUT_CAPABILITIES, process.execPath, ...body]);
  expect(stdout).toBe(
    'KernelError: unshare(CLONE_NEWNET): EPERM (operation not permitted)\n' +
      '  usual cause: a new network namespace takes CAP_SYS_ADMIN: run as root, or let the pool of hairpin/config make a ' +
      "user namespace for each worker: plugins: [hairpin()] in vitest's config, in each of its projects, and no other pool",
  );
});

// a: Node without capabilities, not started by vitest
test('a script is told how to be root of a user namespace', async ({ lab: outer }) => {
  const body = script(`import { createLab } from '${lab}';`, "createLab().namespace('a');");
  const args = [...WITHOUT_CAPABILITIES, process.execPath, ...body];
  const { stdout } = await outer.namespace('a').exec('setpriv', args, { env: { VITEST: undefined } });
  expect(stdout).toBe(
    'KernelError: unshare(CLONE_NEWNET): EPERM (operation not permitted)\n' +
      '  usual cause: a new network namespace takes CAP_SYS_ADMIN: run as root, or as root of a user namespace: ' +
      'unshare --map-root-user --net --mount node script.ts',
  );
});

// a: Node without capabilities
test('without CAP_NET_ADMIN a change says what it needs', async ({ lab: outer }) => {
  const body = script(
    `import { NetlinkSocket } from '${socket}';\nimport { ipLink } from '${link}';`,
    'new NetlinkSocket().change(ipLink.change({ index: 1, up: false }));',
  );
  const { stdout } = await outer.namespace('a').exec('setpriv', [...WITHOUT_CAPABILITIES, process.execPath, ...body]);
  expect(stdout).toBe(
    'KernelError: ip link set lo down: EPERM (operation not permitted)\n' +
      '  usual cause: changing a network takes CAP_NET_ADMIN in its namespace: run as root, or through the pool of ' +
      'hairpin/config',
  );
});

// a: Node in a user namespace of its own, which may have no network namespace
test('where no further namespace is allowed, the limit is named', async ({ lab: outer }) => {
  const body = script(
    `import { writeFileSync } from 'node:fs';\nimport { createLab } from '${lab}';`,
    "writeFileSync('/proc/sys/user/max_net_namespaces', '0'); createLab().namespace('a');",
  );
  const { stdout } = await outer
    .namespace('a')
    .exec('unshare', ['--user', '--map-root-user', '--', process.execPath, ...body]);
  expect(stdout).toBe(
    'KernelError: unshare(CLONE_NEWNET): ENOSPC (no space left on device)\n' +
      '  usual cause: the limit of network namespaces is reached (sysctl user.max_net_namespaces); those of ended labs ' +
      'count until the kernel has taken them down',
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
