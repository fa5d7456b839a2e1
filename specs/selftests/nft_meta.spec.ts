import { expect, type Lab, test } from 'hairpin';
import { filter } from './nft.ts';

/** A decade around this year, or `years` later: at New Year the test may end in another year than it began in. */
function during(years: number): string {
  const year = new Date().getFullYear() + years;
  return `time "${year - 5}-01-01 00:00:00" - "${year + 4}-12-31 23:59:59"`;
}

/** What each of a ping's two packets matches, as it is sent and as it comes in. */
const OF_BOTH = {
  device: ['iif lo', 'oif lo'],
  name: ['iifname "lo"', 'oifname "lo"'],
  group: ['iifgroup "default"', 'oifgroup "default"'],
  type: ['iiftype loopback', 'oiftype loopback'],
  version: ['nfproto ipv4', 'nfproto ipv4'],
  protocol: ['l4proto icmp', 'l4proto icmp'],
  decade: [during(0), during(0)],
} as const;
/** What the request alone matches, since a socket has sent it. */
const OF_REQUEST = {
  mark: ['mark 42', 'mark 42'],
  user: [undefined, 'skuid 0'],
  group_of_user: [undefined, 'skgid 0'],
};
const OF_NEITHER = { last_decade: [during(-10), undefined] };

// host ─ lo
async function build(lab: Lab) {
  const host = lab.namespace('host');
  for (const [at, hook] of (['input', 'output'] as const).entries()) {
    const found = Object.entries({ ...OF_BOTH, ...OF_REQUEST, ...OF_NEITHER }).flatMap(([name, each]) =>
      each[at] === undefined ? [] : [{ counter: `${hook}_${name}`, rule: `meta ${each[at]}` }],
    );
    const cpu = [{ counter: `${hook}_cpu`, rule: 'meta cpu 0' }];
    const all = [...found, ...cpu];
    const rules = all.map(({ counter, rule }) => `${rule} counter name ${counter}`);
    const counters = all.map(({ counter }) => counter);
    await filter(host, hook, rules, counters);
  }
  return host;
}

test('nftables meta iif/oif counters at expected values', async ({ lab }) => {
  const host = await build(lab);
  await host.exec('ping', ['-c1', '-m', '42', '127.0.0.1']);
  const counted = (counter: string, packets: number) => expect(host).toHaveCounted({ counter, packets });
  for (const name of Object.keys(OF_BOTH)) {
    await counted(`input_${name}`, 2);
    await counted(`output_${name}`, 2);
  }
  await counted('input_mark', 1);
  for (const name of Object.keys(OF_REQUEST)) await counted(`output_${name}`, 1);
  await counted('input_last_decade', 0);
});

test('nftables meta cpu counter at expected values', async ({ lab }) => {
  const host = await build(lab);
  await host.exec('taskset', ['-c', '0', 'ping', '-c1', '127.0.0.1']);
  await expect(host).toHaveCounted({ counter: 'input_cpu', packets: 2 });
  await expect(host).toHaveCounted({ counter: 'output_cpu', packets: 2 });
});
