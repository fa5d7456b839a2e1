import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, expect, type Lab, type Namespace, test } from 'hairpin';
import { hasCode } from '../../lib/base/has-code.ts';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { veth } from '../../lib/links/veth.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { NetlinkSocket } from '../../lib/netlink/socket.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/lab-defaults.md', import.meta.url)), 'utf8');

type Sysctls = Map<string, string>;

/** The rows of a table of the page, each cell without its code marks. */
function rowsOf(table: string): string[][] {
  const [, text = ''] = new RegExp(`<!-- ${table} -->\n(.*?)<!-- /${table} -->`, 's').exec(PAGE) ?? [];
  const rows = text.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/ ?\| ?/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const bare = (code = '') => code.replaceAll('`', '');

const SETTINGS = rowsOf('settings').map(([name, where, kernel, lab, , stays]) => ({
  name: bare(name),
  roles: (where ?? '').split(', ').map((role) => ({ hosts: 'host', routers: 'router', switches: 'switch' })[role]),
  kernel: bare(kernel),
  lab: bare(lab),
  stays: stays === 'stays',
}));
const ALONG = rowsOf('along').map(([name, others = '']) => ({
  name: bare(name),
  others: [...others.matchAll(/`(net\.[^`]+)`/g)].map(([, other = '']) => other),
}));

/** Every sysctl of a network, with one name for all devices but the loopback, `all` and `default`. */
function sysctlsOf(namespace: NetNamespace): Sysctls {
  const values: Sysctls = new Map();
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else values.set(nameOf(path), readValue(path));
    }
  };
  namespace.run(() => walk('/proc/sys/net'));
  return values;
}

function nameOf(path: string): string {
  const parts = path.slice('/proc/sys/'.length).split('/');
  const at = ['conf', 'neigh'].includes(parts[2] ?? '') ? 3 : -1;
  if (at > 0 && !['all', 'default', 'lo'].includes(parts[at] ?? '')) parts[at] = 'DEV';
  return parts.join('.');
}

function readValue(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    // Some can only be written, some have no value.
    if (hasCode(error, 'EACCES', 'EIO', 'EINVAL')) return error.code;
    throw error;
  }
}

/** What a namespace with a cable has that nobody has set anything in. */
function untouched(): Sysctls {
  using namespace = NetNamespace.create();
  using rtnetlink = namespace.run(() => new NetlinkSocket());
  const peer = { index: 101, name: 'eth1', netns: namespace.fd };
  rtnetlink.change(ipLink.add({ index: 100, name: 'eth0', ...veth.as({ peer }) }));
  return sysctlsOf(namespace);
}

// host ── router, host ── sw
function build(lab: Lab): Record<'host' | 'router' | 'switch', Namespace> {
  const [host, router, sw] = [lab.namespace('host'), lab.router('router'), lab.switch('sw')];
  lab.cable(host, router);
  lab.cable(host, sw);
  return { host, router, switch: sw };
}

const ROLES = ['host', 'router', 'switch'] as const;

test.for(ROLES.flatMap((role) => (['lab', 'kernel'] as const).map((defaults) => [role, defaults] as const)))(
  'the page says what is set in a %s, with the defaults of the %s, and nothing else is',
  async ([role, defaults]) => {
    await using lab = createLab({ defaults });
    const rows = SETTINGS.filter(({ roles, stays }) => roles.includes(role) && (defaults === 'lab' || stays));
    expect(rows.length).toBeGreaterThan(0);
    const { netns } = engineOf(build(lab)[role]);
    const [before, now] = [untouched(), sysctlsOf(netns)];
    const changed = [...now].filter(([name, value]) => before.get(name) !== value).map(([name]) => name);
    const along = ALONG.filter(({ name }) => rows.some((row) => row.name === name)).flatMap(({ others }) => others);
    const isSaid = (name: string) =>
      rows.some((row) => row.name === name || row.name.replace('.default.', '.DEV.') === name) ||
      along.some((other) => new RegExp(`^${other.replaceAll('.', '\\.').replaceAll('*', '\\w+')}$`).test(name));
    expect(changed.filter((name) => !isSaid(name))).toEqual([]);
    // What a new namespace takes from the machine is the machine's, and not the kernel's.
    const kernels = ({ name, kernel }: (typeof rows)[number]) => (ofMachine(name) ? kernel : before.get(name));
    expect(rows.map((row) => [row.name, kernels(row), now.get(row.name)])).toEqual(
      rows.map(({ name, kernel, lab: own }) => [name, kernel, own]),
    );
  },
);

/** Whether a new namespace has it from the machine (`devinet_init_net`); it knows no other way of IPv6. */
function ofMachine(name: string): boolean {
  return /^net\.ipv4\.(ip_forward|conf\.(all|default)\.)/.test(name);
}
