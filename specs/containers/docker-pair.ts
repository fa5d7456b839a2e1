import type { ContainerLab, DockerEngine, Macvlan, MacvlanMode, MacvlanPair } from 'hairpin';
import { importBusybox } from './busybox.ts';

/**
 * The article's network as Docker makes it: the parent is the engine's uplink, the children are containers on a network
 * of Docker's macvlan driver.
 */
export async function addDockerPair(
  lab: ContainerLab,
  docker: DockerEngine,
  { mode, hairpin }: { mode: MacvlanMode; hairpin: boolean },
): Promise<MacvlanPair> {
  await importBusybox(docker);
  const [sw, gateway, neighbour] = [lab.switch('sw'), lab.namespace('gateway'), lab.namespace('neighbour')];
  const { a: uplink, b: switchPort } = lab.cable(docker.namespace, sw, {
    a: { name: 'up0', address: ['10.0.0.18/24', 'fd00::12/64'] },
    b: { hairpin },
  });
  lab.cable(gateway, sw, { a: { address: ['10.0.0.1/24', 'fd00::1/64'] } });
  lab.cable(neighbour, sw, { a: { address: ['10.0.0.10/24', 'fd00::a/64'] } });
  const subnets = ['--subnet=10.0.0.0/24', '--gateway=10.0.0.1', '--ipv6', '--subnet=fd00::/64', '--gateway=fd00::1'];
  // Docker gives out addresses by itself: not those that others have.
  const ranges = ['--ip-range=10.0.0.100/30', '--ip-range=fd00::64/126'];
  await docker.cli([
    ...['network', 'create', '-d', 'macvlan', '-o', 'parent=up0', '-o', `macvlan_mode=${mode}`],
    ...[...subnets, ...ranges, 'net'],
  ]);
  const command = ['sleep', '1000'];
  const ns1 = await lab.container('ns1', 'busybox', { command, network: 'net' });
  const m1 = ns1.interface('eth0') as Macvlan;
  const common = { lab, host: docker.namespace, uplink, switchPort, switch: sw, gateway, neighbour, ns1, m1 };
  // The parent of a passthru macvlan has no room for another.
  if (mode === 'passthru') return { ...common, ns2: lab.namespace('ns2'), m2: undefined };
  const ns2 = await lab.container('ns2', 'busybox', { command, network: 'net' });
  return { ...common, ns2, m2: ns2.interface('eth0') as Macvlan };
}
