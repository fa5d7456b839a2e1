import { expect, type Namespace, supports, test } from 'hairpin';
import { vi } from 'vitest';
import { importBusybox, NO_BUSYBOX } from './busybox.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

// c1 (container) ─ eth0, Docker's ipvlan ┐
//                                        ├─ up0 (docker: the engine) ── sw ── gateway
// c2 (container) ─ eth0, Docker's ipvlan ┘
test("containers on Docker's ipvlan share their parent's MAC address, and reach everybody but their parent", async ({
  lab,
  skip,
}) => {
  skip(!supports('ipvlan'), 'needs CONFIG_IPVLAN');
  skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
  const docker = await lab.docker();
  await importBusybox(docker);
  const [sw, gateway] = [lab.switch('sw'), lab.namespace('gateway')];
  const { a: up0 } = lab.cable(docker.namespace, sw, { a: { name: 'up0', address: '10.0.0.18/24' } });
  lab.cable(gateway, sw, { a: { address: '10.0.0.1/24' } });
  const subnet = ['--subnet=10.0.0.0/24', '--gateway=10.0.0.1', '--ip-range=10.0.0.100/30'];
  await docker.cli(['network', 'create', '-d', 'ipvlan', '-o', 'parent=up0', '-o', 'ipvlan_mode=l2', ...subnet, 'net']);
  const options = { command: ['sleep', '1000'], network: 'net' };
  const c1 = await lab.container('c1', 'busybox', options);
  const c2 = await lab.container('c2', 'busybox', options);

  const [link] = JSON.parse((await c1.exec('ip', ['-j', '-d', 'link', 'show', 'type', 'ipvlan'])).stdout);
  expect(link).toMatchObject({ address: up0.mac, linkinfo: { info_data: { mode: 'l2' } } });
  const { output } = await c1.started.exec(['ping', '-c1', '-W2', await addressOf(c2)]);
  expect(output).toContain('1 packets received');
  await expect(gateway).toReach(await addressOf(c1));
  await expect(docker.namespace).not.toReach(await addressOf(c1));
});

async function addressOf(container: Namespace): Promise<string> {
  const [{ addr_info }] = JSON.parse((await container.exec('ip', ['-j', '-4', 'address', 'show', 'eth0'])).stdout);
  return addr_info[0].local;
}
