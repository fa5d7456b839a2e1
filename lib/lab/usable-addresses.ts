import { after, now } from '../kernel/clock.ts';
import { joinedGroups } from '../kernel/joined-groups.ts';
import { AddressEvents } from '../netlink/address-events.ts';
import { solicitedNodeGroup } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/** In milliseconds. The worker takes its turn: while a storm keeps a processor, or labs are closing, that may be seconds. */
const DEADLINE = 10_000;

/**
 * Waits until a namespace's IPv6 addresses can be asked for; {@link Namespace.settled} is this. Each has its solicited-node
 * group joined, and, where a lab has the kernel's defaults, has been looked for duplicates of.
 */
export async function waitForUsableAddresses(namespace: Namespace): Promise<void> {
  const deadline = now() + DEADLINE;
  if (namespace.lab.defaults === 'kernel') await waitForDetection(namespace, deadline);
  for (;;) {
    const missing = missingGroups(namespace);
    if (missing.length === 0) return;
    if (now() > deadline) {
      throw new Error(`${missing.join(', ')}: the solicited-node group was not joined within ${DEADLINE} ms`);
    }
    await new Promise<void>((resolve) => after(0, resolve));
  }
}

/** Duplicate address detection takes up to a second by chance, and another for its answer (`addrconf_dad_kick`). */
async function waitForDetection(namespace: Namespace, deadline: number): Promise<void> {
  // Nothing to be heard for the most part: a question costs the lists alone.
  if (tentativeAddresses(namespace).length === 0) return;
  using events = new AddressEvents(namespace.handle);
  for (;;) {
    const tentative = tentativeAddresses(namespace);
    if (tentative.length === 0) return;
    if (now() > deadline) {
      throw new Error(`${tentative.join(', ')}: duplicate address detection did not end within ${DEADLINE} ms`);
    }
    await events.next(deadline - now());
  }
}

/** One that failed stays tentative for good (`addrconf_dad_stop`). */
function tentativeAddresses(namespace: Namespace): string[] {
  return usableInterfaces(namespace).flatMap((device) =>
    device.address
      .list()
      .filter(({ tentative, dadFailed }) => tentative && !dadFailed)
      .map(({ address }) => `${device} ${address}`),
  );
}

function missingGroups(namespace: Namespace): string[] {
  const joined = joinedGroups(namespace.handle, 6);
  return usableInterfaces(namespace).flatMap((device) =>
    device.address
      .list()
      .filter(({ family, dadFailed }) => family === 6 && !dadFailed)
      .filter(({ address }) => !joined.has(`${device.index} ${solicitedNodeGroup(address)}`))
      .map(({ address }) => `${device} ${address}`),
  );
}

/** A device that is down, or has no carrier, joins groups and looks for duplicates when that has changed. */
function usableInterfaces({ interfaces }: Namespace): Interface[] {
  return [...interfaces].filter((device) => {
    const state = device.stateIfThere();
    // addrconf_join_solict passes over devices without ARP.
    return state?.carrier && state.arp;
  });
}
