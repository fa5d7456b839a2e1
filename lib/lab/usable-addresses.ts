import { now, sleep } from '../kernel/clock.ts';
import { readSysctls } from '../kernel/namespaces/sysctl.ts';
import { joinedGroups } from '../kernel/tables/joined-groups.ts';
import type { AddressState } from '../netlink/address.ts';
import { Monitor } from '../netlink/monitor.ts';
import { solicitedNodeGroup } from '../wire/ip-address.ts';
import { engineOf } from './engines/engine.ts';
import type { Interface } from './interface.ts';
import { stateIfThere } from './interface-state.ts';
import type { Lab } from './lab.ts';
import type { Namespace } from './namespace.ts';
import { addressesOf } from './tables/address-list.ts';

/** In milliseconds. The worker takes its turn: while a storm keeps a processor, or labs are closing, that may be seconds. */
const DEADLINE = 10_000;

/** Waits until every IPv6 address of a lab can be asked for: questions do so before their first packet. */
export async function untilAddressesUsable({ namespaces }: Lab): Promise<void> {
  await Promise.all(namespaces.map((namespace) => engineOf(namespace).usable()));
}

/** The IPv6 addresses of a namespace that cannot be asked for yet, and why. */
export function unusableAddresses(namespace: Namespace): string[] {
  const devices = usableDevices(namespace);
  const detected = devices.filter(looksForDuplicates).flatMap(tentativeAddresses);
  const missing = missingGroups(namespace, devices).filter((each) => !detected.includes(each));
  return [
    ...detected.map((each) => `duplicate address detection of ${each}`),
    ...missing.map((each) => `the worker that takes ${each} into use (addrconf_dad_work)`),
  ];
}

/**
 * Waits until a namespace's IPv6 addresses can be asked for. Each has its solicited-node
 * group joined, and, where a lab has the kernel's defaults, has been looked for duplicates of.
 */
export async function waitForUsableAddresses(namespace: Namespace): Promise<void> {
  const deadline = now() + DEADLINE;
  if (namespace.lab.defaults === 'kernel') await waitForDetection(namespace, deadline);
  for (;;) {
    const missing = missingGroups(namespace, usableDevices(namespace));
    if (missing.length === 0) return;
    if (now() > deadline) {
      throw new Error(
        `${missing.join(', ')}: the kernel's worker (addrconf_dad_work) did not take it into use within ${DEADLINE} ms`,
      );
    }
    await sleep(0);
  }
}

/** Duplicate address detection takes up to a second by chance, and another for its answer (`addrconf_dad_kick`). */
async function waitForDetection(namespace: Namespace, deadline: number): Promise<void> {
  const read = () => usableDevices(namespace).flatMap(tentativeAddresses);
  // Nothing to be heard for the most part: a question costs the lists alone.
  if (read().length === 0) return;
  // The kernel tells of the end of a detection as of a new address (addrconf_dad_completed, addrconf_dad_stop).
  using monitor = new Monitor(engineOf(namespace).netns, ['link', 'address']);
  for (;;) {
    const tentative = read();
    if (tentative.length === 0) return;
    if (now() > deadline) {
      throw new Error(`${tentative.join(', ')}: duplicate address detection did not end within ${DEADLINE} ms`);
    }
    await monitor.wait(deadline - now());
    monitor.changed();
  }
}

/** A device that hears its link, as the kernel has it at one moment. */
interface UsableDevice {
  device: Interface;
  /** Of a device without ARP no group is joined and no address is looked for (`addrconf_join_solict`, `addrconf_dad_begin`). */
  arp: boolean;
  addresses: readonly AddressState[];
}

/** A device that is down, or has no carrier, joins groups and looks for duplicates when that has changed. */
function usableDevices({ interfaces }: Namespace): UsableDevice[] {
  const devices = interfaces.flatMap((device) => {
    const state = stateIfThere(device);
    return state?.carrier ? [{ device, arp: state.arp }] : [];
  });
  const all = addressesOf(devices.map(({ device }) => device));
  return devices.map((each) => ({ ...each, addresses: all.filter(({ index }) => index === each.device.index) }));
}

/** One that failed stays tentative for good (`addrconf_dad_stop`). */
function tentativeAddresses({ device, addresses }: UsableDevice): string[] {
  return addresses
    .filter(({ tentative, dadFailed }) => tentative && !dadFailed)
    .map(({ address }) => `${device} ${address}`);
}

function missingGroups(namespace: Namespace, devices: readonly UsableDevice[]): string[] {
  const joined = joinedGroups(engineOf(namespace).netns, 6);
  return devices.flatMap((each) => {
    const { device, arp, addresses } = each;
    const isMissing = (address: string) => arp && !joined.has(`${device.index} ${solicitedNodeGroup(address)}`);
    return addresses
      .filter(({ family, dadFailed }) => family === 6 && !dadFailed)
      .filter(({ address, tentative }) => isMissing(address) || (tentative && !looksForDuplicates(each)))
      .map(({ address }) => `${device} ${address}`);
  });
}

/** Without detection an address is tentative only until the worker comes to it (`addrconf_dad_begin`): one of a link, say. */
function looksForDuplicates({ device: { namespace, name }, arp }: UsableDevice): boolean {
  if (!arp) return false;
  const values = readSysctls(
    engineOf(namespace).netns,
    ['all', name].map((which) => `net/ipv6/conf/${which}/accept_dad`),
  );
  return [...values.values()].some((value) => Number(value) > 0);
}
