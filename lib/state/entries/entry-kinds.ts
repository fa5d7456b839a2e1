import { addressEntry } from './address-entry.ts';
import type { EntryKind } from './entry-kind.ts';
import { fdbEntry } from './fdb-entry.ts';
import { linkEntry } from './link-entry.ts';
import { mdbEntry } from './mdb-entry.ts';
import { mrouteEntry } from './mroute-entry.ts';
import { neighbourEntry } from './neighbour-entry.ts';
import { nexthopEntry } from './nexthop-entry.ts';
import { routeEntry } from './route-entry.ts';
import { ruleEntry } from './rule-entry.ts';

/** The objects whose changes can be monitored, in the words of `ip monitor` and `bridge monitor`. */
export const MONITORED = {
  link: linkEntry,
  address: addressEntry,
  route: routeEntry,
  neighbour: neighbourEntry,
  fdb: fdbEntry,
  mdb: mdbEntry,
  rule: ruleEntry,
  nexthop: nexthopEntry,
  mroute: mrouteEntry,
} as const;

export type MonitoredObject = keyof typeof MONITORED;

/** The entries of such objects. */
export type MonitoredEntry<K extends MonitoredObject> =
  (typeof MONITORED)[K] extends EntryKind<infer Entry> ? Entry : never;
