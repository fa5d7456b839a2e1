import { readdirSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, test } from 'hairpin';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { readSysctl, readSysctls, writeSysctl } from '../../lib/kernel/namespaces/sysctl.ts';
import { thisMachine } from '../../lib/report/runs/project-name.ts';

const INHERIT = 'net.core.devconf_inherit_init_net';
const FORWARD = 'net.ipv4.ip_forward';
const DEVICES = ['all', 'default', 'lo'];
const NAMES = readdirSync('/proc/sys/net/ipv4/conf/all').flatMap((member) =>
  DEVICES.map((device) => `net.ipv4.conf.${device}.${member}`),
);

type Role = 'host' | 'router';
type Sysctls = Map<string, string>;

/** What the kernel compiles in: a new namespace has it where the machine says so (`devinet_init_net`). */
function compiled(machine: NetNamespace): Record<Role, Sysctls> {
  const before = write(machine, { [INHERIT]: '2' });
  using bare = NetNamespace.create();
  write(machine, before);
  const host = readSysctls(bare, NAMES);
  writeSysctl(bare, 'net.ipv4.ip_forward', 1);
  return { host, router: readSysctls(bare, NAMES) };
}

/** What a lab's namespaces have: the lab is that of a new process, since each asks its machine once. */
async function labOfNewProcess(): Promise<Record<Role, Sysctls>> {
  const script = `
    import { createLab } from ${JSON.stringify(import.meta.resolve('../../lib/lab.ts'))};
    const lab = createLab();
    const all = ({ sysctl }) => ${JSON.stringify(NAMES)}.map((name) => [name, sysctl.get(name)]);
    console.log(JSON.stringify([all(lab.namespace('host')), all(lab.router('router'))]));
    await lab.close();`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', script]);
  const [host, router] = JSON.parse(stdout);
  return { host: new Map(host), router: new Map(router) };
}

/** Writes sysctls of the machine's own network, and gives back what was there. */
function write(machine: NetNamespace, values: Readonly<Record<string, string>>): Record<string, string> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, readSysctl(machine, name)]));
  for (const [name, value] of Object.entries(values)) writeSysctl(machine, name, value);
  return before;
}

/** Each value another than it is, but of those that nobody can write, or that take few. */
function turned(machine: NetNamespace): Record<string, string> {
  const names = NAMES.filter((name) => !/\.lo\.|\.(mc_forwarding|force_igmp_version)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, readSysctl(machine, name) === '0' ? '1' : '0']));
}

const MACHINES: [string, (machine: NetNamespace) => Record<string, string>][] = [
  ['everything', turned],
  ['that it forwards, but new devices do not', () => ({ [FORWARD]: '1', 'net.ipv4.conf.default.forwarding': '0' })],
  ['that new devices forward alone', () => ({ [FORWARD]: '0', 'net.ipv4.conf.default.forwarding': '1' })],
];

// What they write is the machine's: hairpin test --kernel 6.1 -- specs/state/inherited-sysctls.spec.ts
describe.skipIf(!thisMachine())('in a machine of its own, for which somebody has chosen', () => {
  // host, router
  test.for(MACHINES)('%s: a lab has what the kernel itself has', async ([, chosen], { onTestFinished }) => {
    const machine = NetNamespace.ofProcess(1);
    onTestFinished(() => machine.close());
    const kernels = compiled(machine);
    expect(kernels.host.get('net.ipv4.conf.all.accept_redirects')).toBe('1');
    expect(kernels.router.get('net.ipv4.conf.all.accept_redirects')).toBe('0');
    const before = write(machine, chosen(machine));
    onTestFinished(() => void write(machine, before));
    expect(await labOfNewProcess()).toEqual(kernels);
  });
});
