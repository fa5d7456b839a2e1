import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, type Lab, type Namespace, test } from 'hairpin';
import { ROOT } from '../doc-samples.ts';
import { runProject } from '../report/evidence-project.ts';
import { hairpin, MAIN } from './hairpin.ts';

// blue, with m1 (macvlan) ── r (10.255.0.1 on lo), a router with a bridge ── red; r's cable out leads to nobody who is recorded
const NETWORK = `
mount -t tmpfs none /run
for name in blue red r; do ip netns add $name; ip -n $name link set lo up; done
ip link add eth0 netns blue type veth peer name p0 netns r
ip link add eth0 netns red type veth peer name p1 netns r
ip -n blue link set eth0 mtu 1400 up
ip -n red link set eth0 up
ip -n blue address add 10.1.0.2/24 dev eth0
ip -n blue address add fd01::2/64 dev eth0 nodad
ip -n red address add 10.2.0.2/24 dev eth0
ip -n r link set p0 mtu 1400 up
ip -n r link set p1 up
ip -n r address add 10.1.0.1/24 dev p0
ip -n r address add fd01::1/64 dev p0 nodad
ip -n r link add br0 address 02:00:00:00:0b:00 type bridge ageing_time 7700
ip -n r link set br0 up
ip -n r link set p1 master br0
ip -n r address add 10.2.0.1/24 dev br0
ip -n r address add 10.255.0.1/32 dev lo
bridge -n r link set dev p1 hairpin on learning off
bridge -n r fdb add 02:00:00:00:00:99 dev p1 master static
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv4.ip_default_ttl=33
ip -n blue route add default via 10.1.0.1
ip -n red route add 10.1.0.0/24 via 10.2.0.1 metric 7
ip -n red rule add from 10.2.0.9 table 100 priority 77
ip -n blue link add m1 link eth0 type macvlan mode bridge
ip -n r link add out type veth peer name far
ip -n r link set far netns $$
ip -n r neighbour add 10.2.0.66 lladdr 02:00:00:00:00:66 dev br0
`;

const NAMES = ['blue', 'red', 'r'];

/** Makes the network beside the host's, records it, and says what referees see of it, and whether recording changed that. */
async function recorded(host: Namespace, folder: string, ...options: string[]) {
  const [file, before, after] = ['recorded', 'before', 'after'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const look = NAMES.map(
    (name) =>
      `ip -d -n ${name} address; ip -n ${name} route show table all; ip -n ${name} rule; ip netns exec ${name} sysctl net 2>/dev/null | grep -v stable_secret`,
  );
  const referees = NAMES.flatMap((name) => [
    `ip -j -d -n ${name} address > ${folder}/${name}.address`,
    `ip -j -n ${name} route show table all > ${folder}/${name}.route`,
    `ip -j -n ${name} rule > ${folder}/${name}.rule`,
  ]);
  const script = [
    ...['set -e', NETWORK, ...referees, `{ ${look.join('; ')}; } > ${before}`],
    `${process.execPath} ${MAIN} record ${NAMES.join(' ')} -o ${file} ${options.join(' ')}`,
    `{ ${look.join('; ')}; } > ${after}`,
  ].join('\n');
  await host.exec('unshare', ['--net', '--mount', 'sh', '-c', script]);
  return {
    text: await readFile(file, 'utf8'),
    before: await readFile(before, 'utf8'),
    after: await readFile(after, 'utf8'),
  };
}

interface Address {
  ifname: string;
  address: string;
  mtu: number;
  flags: string[];
  linkinfo?: { info_kind: string; info_data?: object; info_slave_data?: { hairpin: boolean; learning: boolean } };
  addr_info: { local: string; prefixlen: number }[];
}

/** What is the same of two networks that are one: no indexes, timers and carriers. */
function comparable(addresses: Address[]) {
  return addresses
    .map(({ ifname, address, mtu, flags, linkinfo, addr_info: own }) => ({
      ...{ ifname, address, mtu, up: flags.includes('UP'), kind: linkinfo?.info_kind },
      mode: (linkinfo?.info_data as { mode?: string })?.mode,
      ageing: (linkinfo?.info_data as { ageing_time?: number })?.ageing_time,
      port: linkinfo?.info_slave_data && [linkinfo.info_slave_data.hairpin, linkinfo.info_slave_data.learning],
      addresses: own.map(({ local, prefixlen }) => `${local}/${prefixlen}`).sort(),
    }))
    .sort((one, other) => one.ifname.localeCompare(other.ifname));
}

interface Route {
  dst: string;
  gateway?: string;
  dev?: string;
  metric?: number;
  table?: string;
}

function routes(all: Route[]) {
  return (
    all
      // A link-local address is tentative for a while, without a route of its own.
      .filter(({ dst }) => !dst.startsWith('ff00') && !dst.startsWith('multicast') && !dst.startsWith('fe80::'))
      .map(({ dst, gateway, dev, metric, table = 'main' }) => `${dst} ${gateway} ${dev} ${metric} ${table}`)
      .sort()
  );
}

async function json(namespace: Namespace, ...args: string[]) {
  return JSON.parse((await namespace.exec('ip', ['-j', ...args])).stdout);
}

async function folderFor(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(ROOT, '.record-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

// host
test('a file of .yaml is a topology file', async ({ lab, onTestFinished }) => {
  const file = join(await folderFor(onTestFinished), 'host.yaml');
  const { exitCode } = await hairpin(lab.namespace('host'), ['record', '-o', file]);
  expect(exitCode).toBe(0);
  expect((await lab.load(file)).namespace('machine').role).toBe('host');
});

test('a topology file of what was recorded builds the same network', async ({ lab, onTestFinished }) => {
  const folder = await folderFor(onTestFinished);
  const { text, before, after } = await recorded(lab.namespace('host'), folder, '--yaml');
  const copy = await lab.load({ text, name: 'recorded' });

  for (const name of NAMES) {
    const namespace = copy.namespace(name);
    const was = async (what: string) => JSON.parse(await readFile(join(folder, `${name}.${what}`), 'utf8'));
    expect(comparable(await json(namespace, '-d', 'address'))).toEqual(comparable(await was('address')));
    expect(routes(await json(namespace, 'route', 'show', 'table', 'all'))).toEqual(routes(await was('route')));
    expect(await json(namespace, 'rule')).toEqual(await was('rule'));
  }
  const r = copy.namespace('r');
  expect(r.sysctl.get('net.ipv4.ip_default_ttl')).toBe('33');
  expect(await json(r, 'neighbour', 'show', 'nud', 'permanent')).toMatchObject([{ dst: '10.2.0.66', dev: 'br0' }]);
  expect((await r.exec('bridge', ['fdb', 'show', 'dev', 'p1'])).stdout).toContain(
    '02:00:00:00:00:99 master br0 static',
  );
  expect(text).toContain('# Left out: r/out: its other end is in a network that was not recorded');
  // Nothing was changed by it.
  expect(withoutTimes(after)).toBe(withoutTimes(before));
});

/** Without the times that addresses are valid for, and what a carrier that came meanwhile has changed. */
function withoutTimes(text: string): string {
  return text
    .replaceAll(/\d+sec/g, '')
    .replaceAll(/state \w+|linkdown|tentative|\w+_timer +[\d.]+|bridge_id.*/g, '')
    .split('\n')
    .filter((line) => !line.includes('fe80::'))
    .join('\n');
}

test('the spec that it writes passes and is right in its types', async ({ lab, onTestFinished }) => {
  const folder = await folderFor(onTestFinished);
  const { text } = await recorded(lab.namespace('outside'), folder);
  expect(text).toContain('\n  const { b: rP1 } = lab.cable(red, r, {');
  expect(text).toContain(`
            blue  red  r
      blue  .     ✓    ✓
      red   ✓     .    ✓
      r     ✓     ✓    .\``);

  const { json: report, all, root } = await runProject(lab, '', text, onTestFinished);
  expect(report, all).toMatchObject({ success: true, numPassedTests: 1 });
  await writeFile(
    join(root, 'tsconfig.json'),
    JSON.stringify({ extends: `${ROOT}tsconfig.json`, include: ['*.test.ts'] }),
  );
  const { stdout } = await execa(join(ROOT, 'node_modules/.bin/tsc'), ['-p', root], { reject: false });
  expect(stdout).toBe('');
});

// alone: a host with a real NIC would have no other to ask
test('of a single network the drawing is asserted', async ({ lab, onTestFinished }) => {
  const alone = lab.namespace('alone');
  await alone.exec('ip', ['link', 'add', 'br0', 'type', 'bridge']);
  const { stdout, stderr, exitCode } = await hairpin(alone, ['record']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toContain("machine.bridge({ name: 'br0',");

  const { json: report, all } = await runProject(lab, '', stdout, onTestFinished);
  expect(report, all).toMatchObject({ success: true, numPassedTests: 1 });
});

async function refusal(lab: Lab, ...words: string[]) {
  return hairpin(lab.namespace('host'), ['record', ...words]);
}

test('a network that there is none of', async ({ lab }) => {
  expect(await refusal(lab, 'nosuch')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      "hairpin record: there is no 'nosuch' in /run/netns, and no Docker container of that name runs. " +
      '`ip netns` and `docker ps` list them; a process id or a path such as /proc/4711/ns/net will do, too',
  });
});

test('one network twice, and a file that is none', async ({ lab }) => {
  const host = lab.namespace('host');
  const own = `/proc/${process.pid}/ns/net`;
  expect((await hairpin(host, ['record', `a=${own}`, `b=${own}`])).stderr).toBe(
    `hairpin record: ${own} and a are one network: leave one out`,
  );
  expect((await hairpin(host, ['record', '/etc/passwd'])).stderr).toBe(
    'hairpin record: /etc/passwd is no network namespace (EINVAL)',
  );
});

// In /run of its own: a namespace called as the process that the spec runs in, and two files of one name
test('a name is looked for before a process id, and two networks need two names', async ({ lab }) => {
  const script = [
    ...[
      'set -e',
      'mount -t tmpfs none /run',
      `ip netns add ${process.pid}`,
      'ip netns add other',
      'mkdir /run/x /run/y',
    ],
    `ip -n ${process.pid} link set lo mtu 7777`,
    `touch /run/x/one /run/y/one; mount --bind /run/netns/${process.pid} /run/x/one; mount --bind /run/netns/other /run/y/one`,
    `${process.execPath} ${MAIN} record --yaml ${process.pid}`,
    `${process.execPath} ${MAIN} record /run/x/one /run/y/one || true`,
  ].join('\n');
  const { stdout, stderr } = await lab.namespace('host').exec('unshare', ['--mount', 'sh', '-c', script]);
  expect(stdout).toMatch(new RegExp(`^ +["']?${process.pid}["']?:`, 'm'));
  expect(stdout).not.toContain('pid');
  expect(stderr).toBe(
    "hairpin record: two networks would be called 'one': name=/run/y/one gives this one another name",
  );
});

// An engine that answers from a socket of its own
test.for([
  ['is not there', 404, {}, 'no Docker container of that name runs'],
  ['has ended', 200, { State: { Pid: 0 } }, 'the Docker container of that name does not run'],
  [
    'is of another PID namespace',
    200,
    { Id: 'f00d'.repeat(16), State: { Pid: process.pid } },
    `the Docker engine says that this container is process ${process.pid}, but here that is another process: the engine runs in another PID namespace`,
  ],
  [
    'is of an engine that fails',
    500,
    {},
    'the Docker engine could not be asked (GET /containers/web/json: the engine answered 500: {})',
  ],
] as const)('a container that %s', async ([, status, answer, why], { lab, onTestFinished }) => {
  const folder = await folderFor(onTestFinished);
  const socket = join(folder, 'docker.sock');
  const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify(answer)));
  onTestFinished(() => void server.close());
  await new Promise<void>((done) => void server.listen(socket, done));
  const { stderr, exitCode } = await hairpin(lab.namespace('host'), ['record', 'web'], {
    env: { DOCKER_HOST: `unix://${socket}` },
  });
  expect({ stderr, exitCode }).toEqual({
    exitCode: 2,
    stderr:
      `hairpin record: there is no 'web' in /run/netns, and ${why}. ` +
      '`ip netns` and `docker ps` list them; a process id or a path such as /proc/4711/ns/net will do, too',
  });
});

test('a container of an engine elsewhere', async ({ lab }) => {
  const env = { DOCKER_HOST: 'tcp://192.0.2.1:2375' };
  const { stderr } = await hairpin(lab.namespace('host'), ['record', 'web'], { env });
  expect(stderr).toContain(
    "and the engine of DOCKER_HOST ('tcp://192.0.2.1:2375') is not on this machine, so no container of it can be entered. ",
  );
});
