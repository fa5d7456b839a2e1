import type { Defaults } from '../lab/role.ts';
import { devicesIn, switchBridge } from '../report/lab-devices.ts';
import type { WholeLabState } from '../report/lab-state.ts';
import { buildable } from '../report/script/buildable.ts';
import { leftOut } from '../report/script/left-out.ts';
import { settingsToSay } from '../report/script/link-words.ts';
import { loadableRuleset } from '../report/script/script-filters.ts';
import { tcRequests } from '../report/script/script-tc.ts';
import { describeForwarding, describeVlans, otherForwarding } from './describe-forwarding.ts';
import { describeLinks } from './describe-links.ts';
import { describeObjects } from './describe-objects.ts';
import { describeSysctls } from './describe-sysctls.ts';
import { describeTables } from './describe-tables.ts';
import { type Described, execLine, omitEmpty, type Remark, type Subject, subjectOf } from './described.ts';
import type { Mapping } from './topology.ts';

/**
 * Says a state as a topology, in the words of the library's calls; as lines of `exec` what only `ip`, `bridge` and `nft` say; and as
 * remarks what neither does.
 *
 * @param defaults whose settings the lab has that is to be built of it
 */
export function describeTopology(whole: WholeLabState, defaults: Defaults): Described {
  const { state, leftOut: ofDevices } = buildable(whole);
  const { links, exec, remarks } = describeLinks(state);
  const namespaces = state.namespaces.map((namespace): [string, Mapping | null] => {
    const subject = subjectOf(state, namespace);
    const { tables, exec: ofTables } = describeTables(namespace);
    const objects = describeObjects(namespace);
    const devices = devicesIn(namespace).map(({ index }) => index);
    const nftables = loadableRuleset(namespace);
    const lines = [
      ...[
        ...(exec.get(namespace.name) ?? []),
        ...otherForwarding(namespace),
        ...ofTables,
        ...objects.exec,
        ...tcRequests(namespace, (index) => !devices.includes(index)),
      ].map((request) => execLine(subject, request)),
      ...(nftables === '' ? [] : [{ run: 'nft -f -', input: `${nftables}\n` }]),
    ];
    const sysctls = describeSysctls(namespace, defaults);
    const own = omitEmpty({
      ...(namespace.role === 'host' ? {} : { role: namespace.role }),
      ...describeSwitch(subject),
      ...(Object.keys(sysctls).length > 0 ? { sysctls } : {}),
      exec: lines,
      ...tables,
      ...objects.lists,
    });
    return [namespace.name, withRoutes(state, namespace.role, own)];
  });
  return {
    topology: {
      ...(defaults === 'lab' ? {} : { defaults }),
      namespaces: Object.fromEntries(namespaces),
      ...(links.length > 0 ? { links } : {}),
    },
    remarks: [
      ...ofDevices.map((text): Remark => ({ path: [], text })),
      ...state.namespaces.flatMap((namespace) =>
        leftOut(state, namespace).map((text): Remark => ({ path: ['namespaces', namespace.name], text })),
      ),
      ...remarks.map(({ at, text }): Remark => ({ path: ['links', at], text })),
    ],
  };
}

/** Beside a router, a host that has no routes of its own says so: it would be given the router's. */
function withRoutes({ namespaces }: WholeLabState, role: string, own: Mapping): Mapping | null {
  const isBesideRouter = role === 'host' && namespaces.some((each) => each.role === 'router');
  if (isBesideRouter && own['routes'] === undefined) return { ...own, routes: [] };
  return Object.keys(own).length > 0 ? own : null;
}

function describeSwitch(subject: Subject): Mapping {
  const { namespace } = subject;
  const bridge = switchBridge(namespace);
  if (!bridge) return {};
  return {
    ...settingsToSay(namespace, bridge),
    ...describeVlans(namespace, bridge),
    ...describeForwarding(subject, bridge),
  };
}
