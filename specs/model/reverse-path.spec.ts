import { expect, type Lab, test } from 'hairpin';
import { enginesOf } from '../../lib/lab/engines/engine.ts';
import { MODEL_PARTS, networkOf } from '../../lib/model/network.ts';
import { refusesSource } from '../../lib/model/reverse-path.ts';
import { readNetwork } from '../../lib/state/read-network.ts';

const STRICT_AND_LOOSE = [0, 1, 2];

/** Whether the kernel takes a packet from an address in by b/eth0, and what the model says of it. */
async function judge(lab: Lab, source: string): Promise<{ kernel: boolean; model: boolean }> {
  const [a, b] = ['a', 'b'].map((name) => lab.namespaces.find((each) => each.name === name));
  if (!a || !b) throw new Error('a and b are to be there');
  // Who refuses a packet counts it (IpExtInNoRoutes, IPReversePathFilter): an echo that is taken is an InEchos.
  const taken = async () => Number(/^IcmpInEchos\s+(\d+)/m.exec((await b.exec('nstat', ['-asz'])).stdout)?.[1]);
  const before = await taken();
  await a.exec('ping', ['-c1', '-W0.2', '-I', source, '10.0.0.2'], { reject: false });
  const device = networkOf(readNetwork(enginesOf(lab.namespaces), MODEL_PARTS)).named('b/eth0');
  const refused = device && refusesSource(device, { family: 4, source });
  return { kernel: (await taken()) > before, model: refused === undefined };
}

// a eth0 ── eth0 b eth1 ── c, and b's way to 10.9.0.1, which a has, leads by eth1
test.for(STRICT_AND_LOOSE)('rp_filter %d and a way back by another device', async (mode, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  lab.cable(b, lab.namespace('c'), { a: { name: 'eth1', address: false } });
  await a.exec('ip', ['address', 'add', '10.9.0.1/32', 'dev', 'lo']);
  await b.exec('ip', ['route', 'add', '10.9.0.1', 'dev', 'eth1']);
  b.sysctl.set('net.ipv4.conf.eth0.rp_filter', mode);
  const { kernel, model } = await judge(lab, '10.9.0.1');
  expect({ kernel, model }).toEqual({ kernel: mode !== 1, model: mode !== 1 });
});

// the same; b has its address on the loopback, and none on eth0
test.for(STRICT_AND_LOOSE)('rp_filter %d at a device without an address', async (mode, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { b: { address: false } });
  lab.cable(b, lab.namespace('c'), { a: { name: 'eth1', address: false } });
  await b.exec('ip', ['address', 'add', '10.0.0.2/32', 'dev', 'lo']);
  await b.exec('ip', ['route', 'add', '10.0.0.1', 'dev', 'eth1']);
  b.sysctl.set('net.ipv4.conf.eth0.rp_filter', mode);
  const { kernel, model } = await judge(lab, '10.0.0.1');
  expect({ kernel, model }).toEqual({ kernel: mode === 0, model: mode === 0 });
});

// a eth0 ── eth0 b, which has a's address, too, and accepts it
test.for([
  { where: 'the device itself', dev: 'eth0', mode: 1, takes: true },
  { where: 'the loopback', dev: 'lo', mode: 1, takes: false },
  { where: 'the loopback', dev: 'lo', mode: 2, takes: true },
  { where: 'the loopback', dev: 'lo', mode: 0, takes: true },
])('accept_local, rp_filter $mode and an own address on $where', async ({ dev, mode, takes }, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await b.exec('ip', ['address', 'add', '10.0.0.1/32', 'dev', dev]);
  b.sysctl.set('net.ipv4.conf.eth0.accept_local', 1);
  b.sysctl.set('net.ipv4.conf.eth0.rp_filter', mode);
  const { kernel, model } = await judge(lab, '10.0.0.1');
  expect({ kernel, model }).toEqual({ kernel: takes, model: takes });
});
