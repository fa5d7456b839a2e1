import { ResourceStack } from '../base/resource-stack.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { outputIn } from '../lab/programs/exec.ts';
import { NetlinkSocket } from '../netlink/socket.ts';
import type { WholeLabState } from '../report/lab-state.ts';
import { changedSysctls, secretsFirst } from '../state/changed-sysctls.ts';
import { isInherited } from '../state/inherited-sysctls.ts';
import type { NamespaceState } from '../state/network-state.ts';
import { readNetwork } from '../state/read-network.ts';
import { freshSysctls } from '../state/read-sysctls.ts';

/** A namespace that is recorded, made by hairpin or not. */
export interface Recorded {
  /** What it is to be called in a lab. */
  readonly name: string;
  readonly netns: NetNamespace;
}

/**
 * Reads namespaces that others made, as a lab is read: nothing of them is changed, and no packet is looked at.
 *
 * @throws KernelError `EPERM` without the privilege to enter them
 */
export function readNamespaces(recorded: readonly Recorded[]): WholeLabState {
  using sockets = new ResourceStack();
  const sources = recorded.map(({ name, netns }) => ({
    ...{ name, netns },
    rtnetlink: sockets.use(netns.run(() => new NetlinkSocket())),
  }));
  return {
    programs: [],
    namespaces: readNetwork(sources).namespaces.map((state, at) => ({
      ...state,
      sysctls: chosenSysctls(state),
      ...{ role: 'host', bridge: undefined, nics: {} },
      changedSysctls: secretsFirst({
        ...changedSysctls(state, freshSysctls(), { inherited: false }),
        ...state.otherSysctls,
      }),
      nftables: rulesetOf(state, recorded[at]?.netns),
    })),
  };
}

/**
 * The sysctls that somebody chose. Of the others a lab has its own, calmer values; those that a new namespace takes from the machine
 * ({@link isInherited}) are taken as they are.
 */
function chosenSysctls({ sysctls }: NamespaceState): Record<string, string> {
  const fresh = freshSysctls();
  return Object.fromEntries(
    Object.entries(sysctls).filter(([name, value]) => value !== fresh[name] || isInherited(name)),
  );
}

function rulesetOf({ filters }: NamespaceState, netns: NetNamespace | undefined): string {
  return netns && filters.nftables.length > 0 ? outputIn(netns, 'nft', ['list', 'ruleset']) : '';
}
