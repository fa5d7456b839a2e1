import { readSysctls } from '../kernel/namespaces/sysctl.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import { Interface, type Lab, type Namespace, Switch } from '../lab/index.ts';
import { outputOf } from '../lab/programs/exec.ts';
import { NEIGHBOUR_TIMERS } from '../lab/role.ts';
import { changedSysctls, secretsFirst } from '../state/changed-sysctls.ts';
import type { NamespaceState, StatePart } from '../state/network-state.ts';
import { readNetwork } from '../state/read-network.ts';
import { freshSysctls } from '../state/read-sysctls.ts';

/** A lab at one moment: its network, and what only the lab knows of it. */
export interface LabState<P extends StatePart = never> {
  readonly namespaces: readonly LabNamespace<P>[];
}

export type LabNamespace<P extends StatePart = never> = NamespaceState<P> & LabFacts;

interface LabFacts {
  readonly role: Namespace['role'];
  /** ifindex of the bridge of a switch. */
  readonly bridge: number | undefined;
  /** The real NICs that macvlans are on, by the ifindex of the macvlan: the kernel cannot say, they are in no network of the lab. */
  readonly nics: Readonly<Record<number, string>>;
}

/** A lab as evidence tells of it. */
export interface WholeLabState {
  readonly namespaces: readonly WholeNamespace[];
  /** The programs that the test has run, as it has them: `a.exec('ip', ['link'])`. */
  readonly programs: readonly string[];
}

export interface WholeNamespace extends LabNamespace<StatePart> {
  /** The sysctls that somebody changed, in an order in which they can be written again. */
  readonly changedSysctls: Readonly<Record<string, string>>;
  /** The ruleset in nft's own words; empty for none. */
  readonly nftables: string;
}

/** Reads of a lab what a drawing shows: cheap enough for every test. */
export function readDrawn(lab: Lab): LabState<'addresses'> {
  return readParts(lab, readNetwork(enginesOf(lab.namespaces), ['addresses']).namespaces);
}

/**
 * Reads a lab from the kernel as it is at this moment, whoever made it so: nothing is remembered, nothing changed.
 *
 * @example const state = readLab(lab)
 */
export function readLab(lab: Lab): WholeLabState {
  const { namespaces } = readParts<StatePart>(lab, readNetwork(enginesOf(lab.namespaces)).namespaces);
  return {
    programs: [...engineOf(lab).programs.started],
    namespaces: namespaces.map((state, at) => {
      const namespace = lab.namespaces[at] as Namespace;
      return {
        ...state,
        changedSysctls: sysctlsOf(namespace, state),
        nftables: state.filters.nftables.length > 0 ? outputOf(namespace, 'nft', ['list', 'ruleset']) : '',
      };
    }),
  };
}

function readParts<P extends StatePart>(lab: Lab, states: readonly NamespaceState<P>[]): LabState<P> {
  return {
    namespaces: states.map((state, at) => {
      const namespace = lab.namespaces[at] as Namespace;
      const bridge = namespace instanceof Switch ? engineOf(namespace).bridge : undefined;
      return { ...state, role: namespace.role, bridge, nics: nicsOf(namespace) };
    }),
  };
}

function nicsOf({ interfaces }: Namespace): Record<number, string> {
  const onNics = interfaces.flatMap(({ index, parent }) =>
    parent && !(parent instanceof Interface) ? [[index, parent.name]] : [],
  );
  return Object.fromEntries(onNics);
}

function sysctlsOf(namespace: Namespace, state: NamespaceState): Record<string, string> {
  const told = secretsFirst({
    ...changedSysctls(state, freshSysctls(), { inherited: namespace.role !== 'switch' }),
    ...withoutTimersOfLab(state.otherSysctls),
  });
  // What a spec has set itself is said in any case, of whatever kind.
  const written = [...namespace.sysctl.written].filter((name) =>
    [name, otherNotation(name)].every((each) => state.sysctls[each] === undefined && told[each] === undefined),
  );
  return { ...told, ...Object.fromEntries(readSysctls(engineOf(namespace).netns, written)) };
}

/** A lab makes its neighbours quicker, on each device: that is nobody's setting. */
function withoutTimersOfLab(sysctls: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sysctls).filter(([name, value]) => {
      const [, key = ''] = /[./]neigh[./].*[./](\w+)$/s.exec(name) ?? [];
      return TIMERS_OF_LAB[key] !== value;
    }),
  );
}

const TIMERS_OF_LAB: Readonly<Record<string, string>> = {
  retrans_time_ms: String(NEIGHBOUR_TIMERS.retrans),
  proxy_delay: String(NEIGHBOUR_TIMERS.proxyDelay),
};

/** sysctl(8) takes dots, and slashes. */
function otherNotation(name: string): string {
  return name.includes('/') ? name.replaceAll('/', '.') : name.replaceAll('.', '/');
}
