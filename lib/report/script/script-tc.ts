import type { Request } from '../../netlink/request.ts';
import { type Filter, parentText, tcFilter } from '../../netlink/tc/filter.ts';
import { type Qdisc, TC_H_CLSACT, TC_H_ROOT, tcQdisc } from '../../netlink/tc/qdisc.ts';
import type { QdiscKind } from '../../netlink/tc/qdisc-kinds.ts';
import type { WholeNamespace } from '../lab-state.ts';

/**
 * The queueing disciplines that somebody gave to devices, each after the one that it is a child of, and their filters.
 *
 * @param isMeant says which devices are meant, by their ifindex
 */
export function tcRequests(namespace: WholeNamespace, isMeant: (device: number) => boolean = () => true): Request[] {
  return [
    ...qdiscsSaid(namespace)
      .filter(({ device }) => isMeant(device))
      .map(({ device, parent, handle, kind, options }) =>
        tcQdisc.add({ device, parent, handle, kind: kind as QdiscKind, ...(options ? { options } : {}) }),
      ),
    ...filtersSaid(namespace)
      .filter(({ device }) => isMeant(device))
      .map(filterRequest),
  ];
}

/** The filters that have words. */
export function filtersSaid(namespace: WholeNamespace): Filter[] {
  return namespace.tcFilters.filter((filter) => whyNoFilter(filter, namespace) === undefined);
}

/** What of them a script cannot say. */
export function tcLeftOut(namespace: WholeNamespace, place: (device: number) => string): string[] {
  const said = qdiscsSaid(namespace);
  return [
    ...namespace.qdiscs
      .filter((each) => each.isGiven && !said.includes(each))
      .map(({ device, kind }) => `the queueing discipline ${kind} of ${place(device)} (tc qdisc)`),
    ...namespace.tcFilters.flatMap((filter) => {
      const why = whyNoFilter(filter, namespace);
      const { device, parent, pref, kind } = filter;
      return why === undefined
        ? []
        : [`the filter ${pref} (${kind}) of ${place(device)}, ${parentText(parent)}: ${why} (tc filter)`];
    }),
  ];
}

function filterRequest({ device, parent, protocol, pref, chain, handle, said }: Filter): Request {
  return tcFilter.add({ device, parent, protocol, pref, chain, handle, said });
}

/** The queueing disciplines that have words, each after the one that it is a child of. */
export function qdiscsSaid({ qdiscs }: WholeNamespace): Qdisc[] {
  const given = qdiscs.filter(({ isGiven }) => isGiven);
  const said: Qdisc[] = [];
  for (let more = given.filter(isSayable([])); more.length > 0; more = given.filter(isSayable(said)))
    said.push(...more);
  return said;
}

function isSayable(said: readonly Qdisc[]): (qdisc: Qdisc) => boolean {
  return (qdisc) => {
    if (qdisc.options === undefined || said.includes(qdisc)) return false;
    if (qdisc.parent === TC_H_ROOT || qdisc.parent === TC_H_CLSACT) return true;
    return said.some((other) => other.device === qdisc.device && other.handle === majorOf(qdisc.parent));
  };
}

/** The handle of the queueing discipline that has a class. */
function majorOf(classid: number): number {
  return (classid & 0xffff_0000) >>> 0;
}

function whyNoFilter(filter: Filter, namespace: WholeNamespace): string | undefined {
  if (filter.unsaid !== undefined) return filter.unsaid;
  const place = qdiscsSaid(namespace).find(
    ({ device, handle }) => device === filter.device && handle === majorOf(filter.parent),
  );
  if (!place) return 'its queueing discipline is left out';
  const isThere = (device: number) => namespace.links.some(({ index }) => index === device);
  return filter.redirects.every(({ to }) => isThere(to)) ? undefined : 'its device is left out';
}
