import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'hairpin';
import { cni } from 'hairpin/plugins';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { test } from './fake-plugin.ts';

/** Writes down how it was called, makes a device the first time, and says that it gave an address of its own. */
const RECORDER = `folder=$(dirname "$0")
{
  printf '%s %s %s %s %s ' "$CNI_COMMAND" "$CNI_CONTAINERID" "$CNI_IFNAME" "$CNI_ARGS" "$CNI_PATH"
  printf '%s %s ' "$(stat -L -c %i "$CNI_NETNS")" "$(stat -L -c %i /proc/self/ns/net)"
  tee "$folder/config"
  echo
} >> "$folder/log"
[ "$CNI_COMMAND" = ADD ] || exit 0
nsenter --net="$CNI_NETNS" ip link add "$CNI_IFNAME" type bridge 2>/dev/null
printf '{ "cniVersion": "1.0.0", "ips": [{ "address": "10.0.0.%s/24" }] }' "$(grep -c ADD "$folder/log")"`;

// node: a list of two plugins, which write down how they were called; pod: the container
test('plugins are called as the specification says', async ({ lab, node, plugin }) => {
  const path = await plugin(RECORDER);
  const pod = lab.namespace('pod');
  const list = [
    { type: 'fake', order: 1 },
    { type: 'fake', order: 2, capabilities: { mac: true, bandwidth: false } },
  ];
  const net = cni(node, { name: 'lan', plugins: list }, { path });
  const attachment = {
    name: 'net1',
    containerId: 'c1',
    args: { IP: '10.0.0.7', K8S_POD_NAME: 'web' },
    capabilities: { mac: '02:00:00:00:00:07', bandwidth: { ingressRate: 1 } },
  };
  await net.add(pod, attachment);
  await net.check(pod, attachment);
  await net.del(pod, attachment);

  const log = (await readFile(join(path[0], 'log'), 'utf8')).trimEnd().split('\n');
  const calls = log.map((line) => /^(?<words>.*?) (?<config>\{.*)$/.exec(line)?.groups ?? {});
  const words = `c1 net1 IgnoreUnknown=1;IP=10.0.0.7;K8S_POD_NAME=web ${path[0]} ${engineOf(pod).netns.inode} ${engineOf(node).netns.inode}`;
  expect(calls.map((call) => call['words'])).toEqual(
    ['ADD', 'ADD', 'CHECK', 'CHECK', 'DEL', 'DEL'].map((command) => `${command} ${words}`),
  );
  const result = (host: number) => ({ cniVersion: '1.0.0', ips: [{ address: `10.0.0.${host}/24` }] });
  const first = { type: 'fake', order: 1, cniVersion: '1.0.0', name: 'lan' };
  const second = { ...first, order: 2, runtimeConfig: { mac: '02:00:00:00:00:07' } };
  expect(calls.map((call) => JSON.parse(call['config'] ?? ''))).toEqual([
    first,
    { ...second, prevResult: result(1) },
    { ...first, prevResult: result(2) },
    { ...second, prevResult: result(2) },
    { ...second, prevResult: result(2) },
    { ...first, prevResult: result(2) },
  ]);
});

test('CHECK is not for lists that forbid it, nor for versions before it', async ({ lab, node, plugin }) => {
  const path = await plugin(RECORDER);
  const pod = lab.namespace('pod');
  for (const [name, more] of Object.entries({ net1: { disableCheck: true }, net2: { cniVersion: '0.3.1' } })) {
    const net = cni(node, { name, plugins: [{ type: 'fake' }], ...more }, { path });
    await net.add(pod, { name });
    await net.check(pod, { name });
  }
  expect(await readFile(join(path[0], 'log'), 'utf8')).not.toContain('CHECK');
});

test('DEL of what was never attached is passed on, without a result', async ({ lab, node, plugin }) => {
  const path = await plugin(RECORDER);
  await cni(node, { name: 'lan', plugins: [{ type: 'fake' }] }, { path }).del(lab.namespace('pod'));
  expect(JSON.parse(await readFile(join(path[0], 'config'), 'utf8'))).toEqual({
    type: 'fake',
    cniVersion: '1.0.0',
    name: 'lan',
  });
});
