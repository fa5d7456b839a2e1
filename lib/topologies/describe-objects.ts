import type { Request } from '../netlink/request.ts';
import type { WholeNamespace } from '../report/lab-state.ts';
import { objectRequests, objectsToMake } from '../report/script/script-objects.ts';
import type { DeviceNames } from '../state/entries/entry-kind.ts';
import { OBJECT_KINDS } from '../state/objects/registry.ts';
import { omitEmpty } from './described.ts';
import type { Mapping } from './topology.ts';

/** What a namespace keeps beside its devices and routes: lists for its calls, and requests for what they cannot say. */
export function describeObjects(namespace: WholeNamespace): { lists: Mapping; exec: readonly Request[] } {
  // A switch has no such tables in a file.
  if (namespace.role === 'switch')
    return { lists: {}, exec: OBJECT_KINDS.flatMap((kind) => objectRequests(namespace, kind)) };
  const names: DeviceNames = new Map(namespace.links.map(({ index, name }) => [index, name]));
  return {
    lists: omitEmpty(
      Object.fromEntries(
        OBJECT_KINDS.map((kind) => [
          kind.key,
          // The objects in an entry say nothing of what they lack, either.
          objectsToMake(namespace, kind).map((each) => omitEmpty(JSON.parse(JSON.stringify(kind.entry(each, names))))),
        ]),
      ),
    ),
    // What a new namespace has, and this one no longer.
    exec: OBJECT_KINDS.flatMap(({ key, delete: erase }) =>
      erase ? (namespace.objects[key]?.removed ?? []).map((each) => erase(each)) : [],
    ),
  };
}
