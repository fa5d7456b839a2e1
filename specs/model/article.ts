import type { MacvlanMode } from '../../lib/lab/index.ts';
import type { DeviceName } from '../../lib/model/cause.ts';
import type { ModelState } from '../../lib/model/network.ts';
import { predict } from '../../lib/model/predict.ts';
import { heardBy } from '../../lib/model/prediction.ts';
import { type PlannedDevice, planNetwork } from './plan-network.ts';

/** A macvlan of the article's network. */
export interface Child {
  mode: MacvlanMode;
  /** @default true */
  up?: boolean;
  mac?: string;
  /** source: the MAC addresses on its list. */
  macaddr?: readonly string[];
  nodst?: boolean;
  bcqueuelen?: number;
}

export const MAC = {
  ...{ ns1: '02:00:00:00:00:01', ns2: '02:00:00:00:00:02', ns3: '02:00:00:00:00:03', host: '02:00:00:00:00:04' },
  ...{ gateway: '02:00:00:00:00:05', neighbour: '02:00:00:00:00:06' },
};
export type Place = keyof typeof MAC;
export const PLACES = Object.keys(MAC) as Place[];

export interface Article {
  children: Partial<Record<'ns1' | 'ns2' | 'ns3', Child>>;
  /** The switch port of the parent reflects. @default false */
  hairpin?: boolean;
  /** @default true */
  parentUp?: boolean;
}

/**
 * ns1 ─ macvlan ┐
 * ns2 ─ macvlan ┼─ up0 (host) ── p0 (sw) ─┬─ gateway
 * ns3 ─ macvlan ┘                         └─ neighbour
 */
export function article({ children, hairpin = false, parentUp = true }: Article): ModelState {
  return planNetwork({
    'host/eth0': { mac: MAC.host, up: parentUp, peer: 'sw/p0' },
    ...Object.fromEntries(Object.entries(children).map(([place, child]) => [`${place}/eth0`, planned(place, child)])),
    'gateway/eth0': { mac: MAC.gateway, peer: 'sw/p1' },
    'neighbour/eth0': { mac: MAC.neighbour, peer: 'sw/p2' },
    'sw/br0': { kind: 'bridge', mac: '02:00:00:00:01:00' },
    'sw/p0': { mac: '02:00:00:00:01:01', peer: 'host/eth0', port: { of: 'br0', hairpin } },
    'sw/p1': { mac: '02:00:00:00:01:02', peer: 'gateway/eth0', port: { of: 'br0' } },
    'sw/p2': { mac: '02:00:00:00:01:03', peer: 'neighbour/eth0', port: { of: 'br0' } },
  } satisfies Record<DeviceName, PlannedDevice>);
}

function planned(
  place: string,
  { mode, up = true, mac, macaddr = [], nodst = false, bcqueuelen = 1000 }: Child,
): PlannedDevice {
  // macvlan_common_newlink: a passthru child takes its parent's address.
  const own = mode === 'passthru' ? MAC.host : MAC[place as Place];
  return { kind: 'macvlan', mac: mac ?? own, up, lower: 'host/eth0', data: { mode, nodst, macaddr, bcqueuelen } };
}

/** Who gets a frame into its own stack: a place once for each copy, in alphabetical order. The switch's own host is left out. */
export function deliver(state: ModelState, from: string, destination: string, source = macOf(state, from)): string[] {
  const frame = { source, destination, tags: [], etherType: 0x0800, length: 46 };
  const heard = heardBy(predict(state, frame, { ...placeOf(state, from), direction: 'out' }));
  return heard
    .map(({ namespace }) => namespace)
    .filter((place) => place !== 'sw')
    .sort();
}

/** A namespace's only device. */
export function placeOf(state: ModelState, namespace: string): { namespace: string; index: number } {
  const [link] = state.namespaces.find(({ name }) => name === namespace)?.links ?? [];
  if (!link) throw new Error(`there is no place ${namespace} in the network`);
  return { namespace, index: link.index };
}

function macOf(state: ModelState, namespace: string): string {
  const { index } = placeOf(state, namespace);
  return state.namespaces.flatMap(({ links }) => links).find((link) => link.index === index)?.mac ?? '';
}
