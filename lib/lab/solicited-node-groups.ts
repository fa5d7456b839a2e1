import { after, now } from '../kernel/clock.ts';
import { joinedGroups } from '../kernel/joined-groups.ts';
import { readSysctls } from '../kernel/sysctl.ts';
import { solicitedNodeGroup } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/** In milliseconds. The worker takes its turn: while a storm keeps a processor, or labs are closing, that may be seconds. */
const DEADLINE = 10_000;

/** Waits until a namespace has joined the solicited-node group of each of its addresses; {@link Namespace.settled} is this. */
export async function waitForSolicitedNodeGroups(namespace: Namespace): Promise<void> {
  const deadline = now() + DEADLINE;
  for (;;) {
    const missing = missingGroups(namespace);
    if (missing.length === 0) return;
    if (now() > deadline) {
      throw new Error(`${missing.join(', ')}: the solicited-node group was not joined within ${DEADLINE} ms`);
    }
    await new Promise<void>((resolve) => after(0, resolve));
  }
}

/** Without detection an address is tentative only until the worker comes to it (`addrconf_dad_begin`): one of a link, say. */
function looksForDuplicates({ namespace, name }: Interface): boolean {
  const values = readSysctls(
    namespace.handle,
    ['all', name].map((which) => `net/ipv6/conf/${which}/accept_dad`),
  );
  return [...values.values()].some((value) => Number(value) > 0);
}

/** Addresses that cannot be asked for yet. A device that is down, or has no carrier, joins when that has changed. */
function missingGroups(namespace: Namespace): string[] {
  const joined = joinedGroups(namespace.handle, 6);
  return [...namespace.interfaces]
    .filter((device) => {
      const state = device.stateIfThere();
      // addrconf_join_solict passes over devices without ARP.
      return state?.carrier && state.arp;
    })
    .flatMap((device) =>
      device.address
        .list()
        .filter(({ family, dadFailed }) => family === 6 && !dadFailed)
        .filter(
          ({ address, tentative }) =>
            !joined.has(`${device.index} ${solicitedNodeGroup(address)}`) || (tentative && !looksForDuplicates(device)),
        )
        .map(({ address }) => `${device} ${address}`),
    );
}
