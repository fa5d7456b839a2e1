import type { Request } from '../request.ts';
import { type Filter, filterPlaces, tcFilter } from './filter.ts';
import { tcQdisc } from './qdisc.ts';

/** What asks the kernel: a `NetlinkSocket`. */
interface Lister {
  list<Answer>(request: Request<Answer>): Answer[];
}

/** A filter, and the queueing discipline that has it. */
export interface PlacedFilter extends Filter {
  side: 'ingress' | 'egress';
  /** The kind of the queueing discipline, if that is a classful one. */
  qdisc: string | undefined;
}

/** All filters of traffic control in a namespace, or those of a device. The kernel lists those of one place at a time (`tc_dump_tfilter`). */
export function listFilters(socket: Lister, device?: number): PlacedFilter[] {
  return socket
    .list(tcQdisc.all())
    .filter((qdisc) => device === undefined || qdisc.device === device)
    .flatMap((qdisc) =>
      filterPlaces(qdisc).flatMap(({ side, parent, isOfClasses }) =>
        socket
          .list(tcFilter.all({ device: qdisc.device, parent }))
          .filter(({ isHead }) => !isHead)
          .map((filter) => ({ ...filter, side, qdisc: isOfClasses ? qdisc.kind : undefined })),
      ),
    );
}
