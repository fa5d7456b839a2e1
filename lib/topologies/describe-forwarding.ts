import { isDeepStrictEqual } from 'node:util';
import { kindOf } from '../links/registry.ts';
import { changedMulticast } from '../netlink/bridge/bridge-vlan.ts';
import { bridgeMdb } from '../netlink/bridge/mdb.ts';
import { idsOf, rowsOf } from '../netlink/bridge/vlan-rows.ts';
import type { Request } from '../netlink/request.ts';
import type { WholeNamespace } from '../report/lab-state.ts';
import { instanceRemarks, instancesOf } from '../report/script/mst-instances.ts';
import { bridgeEntryRequest, farEnds, givenFdb, vlanMulticastRows } from '../report/script/script-forwarding.ts';
import { bridgeOf } from '../state/find-link.ts';
import type { Link, PortVlans } from '../state/network-state.ts';
import { omitEmpty, type Subject } from './described.ts';
import type { Mapping } from './topology.ts';

/** The entries of a bridge that do not age, or those of a tunnel that keeps some itself. */
export function describeForwarding({ namespace, names }: Subject, link: Link): Mapping {
  const { description } = kindOf(link) ?? {};
  const groups = inOneOrder(namespace.mdb).filter((entry) => entry.bridge === link.index && isSayable(entry));
  const entries = inOneOrder(givenFdb(namespace)).filter(({ bridge, local }) => bridge === link.index && !local);
  const remote = ofTunnel(namespace, link).filter(({ nhid }) => nhid === undefined);
  return omitEmpty({
    fdb: description?.keepsFdb
      ? remote.map(({ mac, to, udpPort, vni, srcVni, via, externLearn, router, permanent }) =>
          omitEmpty({
            ...{ mac, dst: to, port: udpPort, vni, srcVni, externLearn, router },
            dynamic: !permanent,
            via: via === undefined ? undefined : names.device(via),
          }),
        )
      : entries.map(({ mac, device, vlan, sticky, externLearn }) =>
          omitEmpty({ mac, port: names.device(device), vlan, sticky, externLearn }),
        ),
    mdb: groups.map(({ group, port, vid, src }) =>
      omitEmpty({ group, port: names.device(port), vlan: vid || undefined, src }),
    ),
    mst: instancesOf(namespace, link).map(({ port, ...instance }) =>
      omitEmpty({ ...instance, port: port === undefined ? undefined : names.device(port) }),
    ),
    // `omitEmpty` would leave out what somebody switched off.
    vlanMulticast: vlanMulticastRows(namespace)
      .filter(({ bridge }) => bridge === link.index)
      .map(({ id, settings }) => ({ id, ...settings })),
  });
}

/** What no entry says. */
export function forwardingRemarks(namespace: WholeNamespace, link: Link): string[] {
  return [
    // A topology has a tunnel's entries before the nexthops, and an entry of one needs it.
    ...ofTunnel(namespace, link)
      .filter(({ nhid }) => nhid !== undefined)
      .map(({ mac, nhid }) => `the entry of ${link.name} that sends ${mac} to nexthop ${nhid}`),
    ...instanceRemarks(namespace, link),
  ];
}

function ofTunnel(namespace: WholeNamespace, link: Link): WholeNamespace['fdb'] {
  return farEnds(namespace).filter(({ device, bridge }) => device === link.index && bridge === undefined);
}

/** The entries that only `bridge` can say. */
export function otherForwarding(namespace: WholeNamespace): Request[] {
  return [
    ...inOneOrder(givenFdb(namespace))
      .filter(({ local }) => local)
      .map(bridgeEntryRequest),
    ...inOneOrder(namespace.mdb)
      .filter((entry) => entry.state === 'permanent' && !isSayable(entry))
      .map((entry) => bridgeMdb.add(entry)),
  ];
}

function isSayable({ state, filterMode, sourceList = [] }: WholeNamespace['mdb'][number]): boolean {
  return state === 'permanent' && filterMode !== 'include' && sourceList.length === 0;
}

type PortVlan = PortVlans['vlans'][number];

/** The VLANs of a port, or of a bridge, where they are not the bridge's default one alone. */
export function describeVlans(namespace: WholeNamespace, link: Link): Mapping {
  const own = namespace.vlans.find(({ index }) => index === link.index);
  if (!own) return {};
  const bridge = bridgeOf(namespace, link);
  const { vlanDefaultPvid: usual = 0 } = Object(bridge?.data);
  const [first, ...others] = own.vlans;
  const isUsual = usual === 0 ? !first : isPlain(first, usual) && others.length === 0;
  return isUsual ? {} : { vlans: inRows(own.vlans) };
}

function isPlain(vlan: PortVlan | undefined, usual: number): boolean {
  const isIn = vlan !== undefined && vlan.id === usual && vlan.pvid && vlan.untagged;
  const isOpen = vlan?.state === 'forwarding' || vlan?.msti !== undefined;
  const isAsMade = isIn && !vlan.neighSuppress && Object.keys(changedMulticast(vlan)).length === 0;
  return isAsMade && isOpen && vlan.tunnelId === undefined;
}

/** The kernel has forwarding entries in a hash table, in whatever order, and the newest group first (`br_mdb_new_group`). */
function inOneOrder<E>(entries: readonly E[]): E[] {
  return entries.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

/** VLANs in a row that are alike are one entry. Their tunnels are in a row as well. */
function inRows(vlans: readonly PortVlan[]): Mapping[] {
  return rowsOf(vlans, isNext).map(([first, last]) => {
    const { id, state, tunnelId, msti, mcastRouter: _, mcastMaxGroups: __, ...flags } = first;
    return {
      ...omitEmpty({
        id: idsOf(id, last.id),
        ...flags,
        // With instances it is that of the VLAN's.
        state: state === 'forwarding' || msti !== undefined ? undefined : state,
        tunnelId: tunnelId === undefined ? undefined : idsOf(tunnelId, last.tunnelId ?? tunnelId),
      }),
      ...changedMulticast(first),
    };
  });
}

/** The pvid is one VLAN alone. */
function isNext({ id, tunnelId, ...one }: PortVlan, { id: nextId, tunnelId: nextTunnel, ...next }: PortVlan): boolean {
  const isTunnelNext = tunnelId === undefined ? nextTunnel === undefined : nextTunnel === tunnelId + 1;
  return nextId === id + 1 && isTunnelNext && !next.pvid && isDeepStrictEqual(one, next);
}
