import { expect, type Lab, test } from 'hairpin';
import { describeFiltering } from '../../needs.ts';
import { failureOf } from '../failure-of.ts';

/** a eth0 ── eth0 b, whose filters count echoes both ways, and drop datagrams */
async function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  const tc = (words: string) => b.exec('tc', words.split(' '));
  await tc('qdisc add dev eth0 clsact');
  await tc('filter add dev eth0 ingress pref 7 protocol ip flower ip_proto icmp action pass');
  await tc('filter add dev eth0 ingress pref 8 protocol ip flower ip_proto udp action drop');
  await tc('filter add dev eth0 egress pref 9 protocol ip flower ip_proto icmp action pass');
  return { a, b, eth0 };
}

await describeFiltering(() => {
  test('the actions of filters have counted as tc says', async ({ lab }) => {
    const { a, b, eth0 } = await build(lab);
    await expect(b).toHaveCounted({ filter: 'flower', action: 'gact', dev: eth0, parent: 'egress', packets: 0 });
    const counted = expect(b).toHaveCounted({ parent: 'ingress', pref: 7, packets: 3, drops: 0 }, { within: 20_000 });
    await a.exec('ping', ['-c', '3', '-i', '0.01', '10.0.0.2']);
    await counted;
    await expect(b).toHaveCounted({ parent: 'egress', packets: 3 });
    await a.exec('bash', ['-c', 'for i in 1 2; do echo > /dev/udp/10.0.0.2/9; done']);
    await expect(b).toHaveCounted({ pref: 8, packets: 2, drops: 2 });
    await expect(b).not.toHaveCounted({ pref: 8, packets: 3 });
    const shown = await b.exec('tc', ['-s', 'filter', 'show', 'dev', 'eth0', 'ingress', 'pref', '8']);
    expect(shown.stdout).toContain(' 2 pkt (dropped 2,');
  });

  test('filters of a queueing discipline are found by its handle', async ({ lab }) => {
    const { a } = await build(lab);
    const tc = (words: string) => a.exec('tc', words.split(' '));
    await tc('qdisc add dev eth0 root handle 1: prio');
    await tc('filter add dev eth0 parent 1: pref 3 protocol ip flower ip_proto icmp action pass');
    await a.exec('ping', ['-c', '1', '10.0.0.2']);
    await expect(a).toHaveCounted({ filter: 'flower', parent: '1:', pref: 3, packets: 1 });
  });

  test('a counter that is not there, and one that has counted otherwise', async ({ lab }) => {
    const { b } = await build(lab);
    expect(await failureOf(expect(b).not.toHaveCounted({ filter: 'u32', packets: 0 }))).toBe(
      "expect(b).not.toHaveCounted({ filter: 'u32', packets: 0 }): there is no such counter; there are noqueue of lo, " +
        'noqueue of eth0, clsact of eth0, gact of flower pref 7 at eth0 ingress, gact of flower pref 8 at eth0 ingress, ' +
        'gact of flower pref 9 at eth0 egress',
    );
    expect(
      await failureOf(expect(b).toHaveCounted({ filter: 'flower', pref: 7, packets: 1 }, { within: 0 })),
    ).toContain(`The nearest counter:
- Expected
+ Received

  {
    "filter": "flower",
-   "packets": 1,
+   "packets": 0,
    "pref": 7,
  }`);
  });
});

// a eth0 ── b
test('a filter without an action counts nothing', async ({ lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  const tc = (words: string) => a.exec('tc', words.split(' '));
  await tc('qdisc add dev eth0 root handle 1: htb default 1');
  await tc('filter add dev eth0 parent 1: protocol ip u32 match ip dst 10.0.0.2/32 flowid 1:1');
  expect(await failureOf(expect(a).not.toHaveCounted({ filter: 'u32', packets: 0 }))).toContain(
    'there is no such counter; there are ',
  );
});
