import { expect, type Namespace, test } from 'hairpin';
import { enginesOf } from '../../lib/lab/engines/engine.ts';
import { DEVICE_SYSCTLS } from '../../lib/netlink/device-sysctls.ts';
import { changedSysctls } from '../../lib/state/changed-sysctls.ts';
import { readNetwork } from '../../lib/state/read-network.ts';
import { sysctlsOnDemand } from '../../lib/state/read-sysctls.ts';

/** What a kernel takes for each, another than what a new device has. */
const OTHERS: Record<string, string> = {
  router_solicitations: '5',
  accept_ra: '2',
  addr_gen_mode: '1',
  arp_ignore: '8',
  mtu: '1300',
};

const NAMES = Object.entries(DEVICE_SYSCTLS).flatMap(([family, all]) =>
  Object.keys(all).map((key) => [family, key] as const),
);

/** Prints the value of each file. */
const SHOW = 'for file; do cat "$file" 2>/dev/null || echo none; done';
/** Prints the value of the first file, writes another one there, and prints the values of both: one program for all. */
const CHANGE = `wanted=$1; shift
before=$(cat "$1" 2>/dev/null || echo none); echo "$before"
if [ -z "$wanted" ]; then wanted=0; [ "$before" != 0 ] || wanted=1; fi
[ ! -e "$1" ] || echo "$wanted" > "$1" || exit
${SHOW}`;

async function linesOf(namespace: Namespace, script: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await namespace.exec('sh', ['-c', script, 'sh', ...args]);
  return stdout.split('\n');
}

// a/eth0 ── eth0.7/b
test.for(NAMES)('what netlink tells of %s %s is what /proc/sys has', async ([family, key], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { b: { name: 'eth0.7' } });
  const path = (device: string) => `/proc/sys/net/${family}/conf/${device}/${key}`;
  const [before, eth0, lo] = await linesOf(a, CHANGE, OTHERS[key] ?? '', path('eth0'), path('lo'));
  const [other] = await linesOf(b, SHOW, path('eth0.7'));
  for (const [namespace, device, printed] of [
    [a, 'eth0', eth0],
    [a, 'lo', lo],
    [b, 'eth0.7', other],
  ] as const) {
    const [state] = readNetwork(enginesOf([namespace]), ['sysctls']).namespaces;
    const name = device.includes('.') ? `net/${family}/conf/${device}/${key}` : `net.${family}.conf.${device}.${key}`;
    expect(state?.sysctls[name] ?? 'none', `${namespace.name}/${device}`).toBe(printed);
  }
  if (eth0 !== 'none') expect(eth0).not.toBe(before);
});

// a/eth0 ── eth0.7/b
test('on demand each setting is as in a state of all', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.router('b')];
  lab.cable(a, b, { b: { name: 'eth0.7' } });
  b.sysctl.set('net.ipv4.conf.all.rp_filter', 2);
  for (const engine of enginesOf([a, b])) {
    const [state] = readNetwork([engine], ['sysctls']).namespaces;
    const onDemand = sysctlsOnDemand(engine.netns, engine.rtnetlink, state?.links ?? []);
    const names = Object.keys(state?.sysctls ?? {});
    expect(names).toContain('net.ipv4.conf.all.rp_filter');
    expect(Object.fromEntries(names.map((name) => [name, onDemand[name]]))).toEqual(state?.sysctls);
    expect(onDemand['net.ipv4.conf.none.rp_filter']).toBeUndefined();
  }
});

// a/eth0 ── eth0/b
test('an MTU of IPv6 above that of its device, which cannot be written, counts as unchanged', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const { sysctls, links, ...rest } = readNetwork(enginesOf([a]), ['sysctls']).namespaces[0] ?? expect.fail();
  const name = 'net.ipv6.conf.eth0.mtu';
  const said = (own: string) => {
    const state = {
      ...rest,
      sysctls: { ...sysctls, [name]: own },
      links: links.map((link) => ({ ...link, mtu: 1462 })),
    };
    return changedSysctls(state, sysctls, { inherited: false })[name];
  };
  expect(said('1500')).toBeUndefined();
  expect(said('1462')).toBeUndefined();
  expect(said('1400')).toBe('1400');
});

// a/eth0 (68 bytes) ── eth0/b
test('a device that is too small for IPv6 has none of its settings', ({ lab }) => {
  const a = lab.namespace('a');
  const { a: eth0 } = lab.cable(a, lab.namespace('b'), { a: { address: false } });
  eth0.set({ mtu: 68 });
  const [small] = readNetwork(enginesOf([a]), ['sysctls']).namespaces;
  expect(Object.keys(small?.sysctls ?? {})).not.toContain('net.ipv6.conf.eth0.forwarding');
  expect(small?.sysctls).toMatchObject({ 'net.ipv4.conf.eth0.forwarding': '0' });
});
