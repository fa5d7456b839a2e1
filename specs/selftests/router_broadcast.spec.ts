import { describe, expect, type Lab, type Namespace, test } from 'hairpin';

const [H1, H2, H3] = ['192.0.2.2', '198.51.100.2', '198.51.200.2'];
const [R1, R2, R3] = ['192.0.2.1', '198.51.100.1', '198.51.200.1'];
const [NET1, NET2, NET3, EVERYBODY] = ['192.0.2.255', '198.51.100.255', '198.51.200.255', '255.255.255.255'];

// h1 (192.0.2.2) ─────┐
// h2 (198.51.100.2) ──┼─ r1
// h3 (198.51.200.2) ──┘
function build(lab: Lab, bcForwarding: number) {
  const r1 = lab.router('r1');
  const [h1, h2, h3] = [lab.namespace('h1'), lab.namespace('h2'), lab.namespace('h3')];
  lab.cable(h1, r1, { a: { address: `${H1}/24` }, b: { address: `${R1}/24` } });
  lab.cable(h2, r1, { a: { address: `${H2}/24` }, b: { address: `${R2}/24` } });
  lab.cable(h3, r1, { a: { address: `${H3}/24` }, b: { address: `${R3}/24` } });
  for (const device of ['all', 'eth0', 'eth1']) r1.sysctl.set(`net.ipv4.conf.${device}.bc_forwarding`, bcForwarding);
  for (const each of [h1, h2, h3, r1]) each.sysctl.set('net.ipv4.icmp_echo_ignore_broadcasts', 0);
  return { h1, h2 };
}

/** The addresses that answer a ping. */
async function answering(lab: Lab, from: Namespace, to: string): Promise<string[]> {
  const ping = ['-b', '-c1', '-W0.1', '-I', 'eth0', to];
  const trace = await lab.trace(() => from.exec('ping', ping, { reject: false }), { protocol: 'icmp' });
  return trace.paths.flatMap(({ description }) => /^ICMP echo reply (\S+)/.exec(description)?.[1] ?? []);
}

describe('a router keeps broadcasts to other subnets to itself', () => {
  test.for([
    ['h1 -> net2: reply from r1 (not forwarding)', 'h1', NET2, R1],
    ['h1 -> net3: reply from r1 (not forwarding)', 'h1', NET3, R1],
    ['h1 -> net1: reply from r1 (not dropping)', 'h1', NET1, R1],
    ['h1 -> 255.255.255.255: reply from r1 (not forwarding)', 'h1', EVERYBODY, R1],
    ['h2 -> net1: reply from r1 (not forwarding)', 'h2', NET1, R2],
    ['h2 -> net3: reply from r1 (not forwarding)', 'h2', NET3, R2],
    ['h2 -> net2: reply from r1 (not dropping)', 'h2', NET2, R2],
    ['h2 -> 255.255.255.255: reply from r1 (not forwarding)', 'h2', EVERYBODY, R2],
  ] as const)('%s', async ([, from, to, answer], { lab }) => {
    expect(await answering(lab, build(lab, 0)[from], to)).toEqual([answer]);
  });
});

describe('with bc_forwarding it sends them on', () => {
  test.for([
    ['h1 -> net2: reply from h2 (forwarding)', 'h1', NET2, [H2]],
    ['h1 -> net3: reply from h3 (forwarding)', 'h1', NET3, [H3]],
    ['h1 -> net1: no reply (dropping)', 'h1', NET1, []],
    ['h1 -> 255.255.255.255: reply from r1 (not forwarding) (2)', 'h1', EVERYBODY, [R1]],
    ['h2 -> net1: reply from h1 (forwarding)', 'h2', NET1, [H1]],
    ['h2 -> net3: reply from h3 (forwarding)', 'h2', NET3, [H3]],
    ['h2 -> net2: no reply (dropping)', 'h2', NET2, []],
    ['h2 -> 255.255.255.255: reply from r1 (not forwarding) (2)', 'h2', EVERYBODY, [R2]],
  ] as const)('%s', async ([, from, to, answers], { lab }) => {
    expect(await answering(lab, build(lab, 1)[from], to)).toEqual(answers);
  });
});
