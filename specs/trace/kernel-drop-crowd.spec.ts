import { createLab, expect, type Lab, type Namespace, test } from 'hairpin';
import { firstKernelLineOf, kernelLineOf, needReasons } from './kernel-line.ts';
import { addRules } from './rules/add-rules.ts';

// a ── eth0 (b) eth1 ── c, in three labs with the same names and addresses
function build(lab: Lab): { a: Namespace; b: Namespace } {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  lab.cable(b, lab.namespace('c'));
  return { a, b };
}

const ROUNDS = 15;

// The others' echoes are as long as ours, and die for another reason, at a device of the same name.
test('what other labs drop is never taken for the drop of a probe', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_IP_RPFILTER', 'SKB_DROP_REASON_NETFILTER_DROP');
  const { a, b } = build(lab);
  await using programs = createLab();
  await using neighbours = createLab();
  const [loud, busy] = [build(programs), build(neighbours)];
  for (const other of [loud, busy]) {
    other.b.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
    // The way back leads elsewhere: each packet of a's is refused.
    other.b.route.add({ to: '10.0.0.1', dev: 'eth1' });
    other.a.neighbour.add({ to: '10.0.0.2', lladdr: other.b.interface('eth0').mac });
    expect(await firstKernelLineOf(() => expect(other.a).toReach(other.b, { within: 20 }))).toContain('IP_RPFILTER');
  }
  // Of an echo of ours: 16 bytes of payload. Other programs send on their own threads …
  const floods = Array.from({ length: 4 }, () =>
    loud.a.exec('ping', ['-q', '-i', '0.001', '-s', '16', '10.0.0.2'], { reject: false }),
  );
  // … and another test of this worker sends on ours.
  const crowd = { over: false };
  const asking = ask(busy, crowd);
  try {
    // The kernel drops nothing here: the target only does not answer.
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    const silence = await linesOf(a, b);
    expect(silence).toEqual(silence.map(() => undefined));

    await addRules(b, 'ip t c { type filter hook input priority 0; }', ['ip protocol icmp drop']);
    // In so much traffic a ring may overflow, and then nothing is said.
    const drops = (await linesOf(a, b)).filter((line) => line !== undefined);
    expect(drops.length).toBeGreaterThan(0);
    for (const line of drops) expect(line).toMatch(/ \(SKB_DROP_REASON_NETFILTER_DROP\) at b\/eth0$/);
  } finally {
    crowd.over = true;
    await asking;
    for (const flood of floods) flood.kill('SIGINT');
  }
});

async function ask({ a, b }: ReturnType<typeof build>, until: { over: boolean }): Promise<void> {
  while (!until.over) await kernelLineOf(expect(a).toReach(b, { within: 1, neighbours: 'kept' }));
}

async function linesOf(a: Namespace, b: Namespace): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  while (lines.length < ROUNDS) lines.push(await kernelLineOf(expect(a).toReach(b, { within: 5 })));
  return lines;
}
