import { fileURLToPath } from 'node:url';
import { expect, kernelOption, type Namespace, supports, test } from 'hairpin';
import { hairpin, MAIN } from './hairpin.ts';

const LAB = fileURLToPath(new URL('../../lib/lab/index.ts', import.meta.url));

/** Makes a host, and says why there is none. */
const BUILD = [
  '--no-warnings',
  '--input-type=module',
  '--eval',
  `import { createLab } from '${LAB}';
   try { createLab().namespace('a'); console.log('made'); } catch (error) { console.log(error.usualCause); }`,
];

const CONTAINER =
  'as in a plain container: start the container with docker run --privileged (or with --cap-add SYS_ADMIN --cap-add ' +
  'NET_ADMIN --security-opt apparmor=unconfined --security-opt systempaths=unconfined), in Kubernetes with ' +
  'securityContext: { privileged: true }';

/** /proc/sys is read-only in a mount namespace of the program's own. */
const READ_ONLY_SYSCTLS = 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"';

test('doctor finds nothing needed missing here, in words and as JSON', async ({ lab }) => {
  const host = lab.namespace('host');
  const { exitCode, stdout } = await hairpin(host, ['doctor']);
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^✓ kernel: macvlan$/m) });
  expect(stdout).toMatch(/This machine can run labs\.$/);
  const lacking = stdout.match(/^○ kernel: /gm)?.length;
  const [, told] =
    /^Kinds of links that this kernel lacks: (\d+)\. .*\n.*\n.* npx hairpin test --kernel um/m.exec(stdout) ?? [];
  expect(told).toBe(lacking?.toString());
  const findings = findingsIn((await hairpin(host, ['doctor', '--json'])).stdout);
  expect(findings.filter(({ needed, available }) => needed && !available)).toEqual([]);
});

test.for(['macvtap', 'ipvlan', 'ipvtap', 'vlan', 'dummy'] as const)(
  'doctor says whether the kernel has %s, and what brings it, but does not need it',
  async (type, { lab }) => {
    const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['doctor']);
    const module = type === 'vlan' ? '8021q' : type;
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      supports(type)
        ? `✓ kernel: ${type}\n`
        : `○ kernel: ${type}: this kernel has no ${type}: it needs ${kernelOption(type)} (modprobe ${module})\n`,
    );
  },
);

test('doctor names a missing program with the commands that bring it, and exits with 1', async ({ lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['doctor'], { env: { PATH: '/nonexistent' } });
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`✗ program: unshare: starts a test worker in namespaces of its own
    Debian: apt-get install util-linux
    Fedora: dnf install util-linux
    Alpine: apk add util-linux-misc`);
  expect(stdout).toMatch(/This machine cannot run labs yet: 1 needed, missing\.$/);
});

// host: hairpin doctor, and a script, where the machine refuses what a lab does
test.for<[string, string[], string]>([
  ['without CAP_SYS_ADMIN', ['setpriv', '--bounding-set=-sys_admin'], `root has no CAP_SYS_ADMIN here, ${CONTAINER}`],
  ['without CAP_NET_ADMIN', ['setpriv', '--bounding-set=-net_admin'], `root has no CAP_NET_ADMIN here, ${CONTAINER}`],
  [
    'without CAP_NET_RAW',
    ['setpriv', '--bounding-set=-net_raw'],
    `root has no CAP_NET_RAW here, ${CONTAINER.replace('NET_ADMIN', 'NET_ADMIN --cap-add NET_RAW')}`,
  ],
  [
    'with a read-only /proc/sys',
    ['unshare', '--mount', '--', 'sh', '-c', READ_ONLY_SYSCTLS, 'sh'],
    `/proc/sys is read-only here, ${CONTAINER}`,
  ],
  [
    'at the limit of network namespaces',
    [
      ...['unshare', '--user', '--map-root-user', '--net', '--', 'sh', '-c'],
      ...['echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"', 'sh'],
    ],
    'the limit of namespaces is reached (user.max_net_namespaces is 0; labs that have ended count until the kernel has ' +
      'taken them down): raise it, here or in the user namespace above: sudo sysctl -w user.max_net_namespaces=15000',
  ],
])('%s doctor and a lab say the same sentence: why, and what to do', async ([, wrapper, sentence], { lab }) => {
  const host = lab.namespace('host');
  const built = await wrapped(host, wrapper, BUILD);
  expect(built.stdout).toBe(sentence);
  const doctor = await wrapped(host, wrapper, [MAIN, 'doctor', '--json']);
  const missing = findingsIn(doctor.stdout).filter(({ needed, available }) => needed && !available);
  expect(missing.length).toBeGreaterThan(0);
  expect(new Set(missing.map(({ reason }) => reason))).toEqual(new Set([sentence]));
  expect(doctor.exitCode).toBe(1);
});

// setpriv takes every capability away: root by name only.
test('without the privilege, modes names it and exits with 3', async ({ lab }) => {
  const { exitCode, stderr } = await wrapped(
    lab.namespace('host'),
    ['setpriv', '--bounding-set=-all'],
    [MAIN, 'modes'],
  );
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^hairpin: root has no CAP_SYS_ADMIN here, .*\. See: hairpin doctor$/);
});

async function wrapped(host: Namespace, [program = '', ...words]: readonly string[], args: readonly string[]) {
  const { exitCode, stdout, stderr } = await host.exec(program, [...words, process.execPath, ...args], {
    reject: false,
    env: { VITEST: undefined },
  });
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}

function findingsIn(json: string): { name: string; available: boolean; needed: boolean; reason?: string }[] {
  return JSON.parse(json);
}
