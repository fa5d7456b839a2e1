import { NETLINK_GENERIC } from '../../kernel/constants.ts';
import { loadedFamilies } from '../../netlink/generic.ts';
import type { GenericRequest } from '../../netlink/generic-family.ts';
import { NetlinkSocket } from '../../netlink/socket.ts';
import type { StateSource } from '../state-source.ts';
import type { ObjectSockets } from './object-kind.ts';

/** Runs a function with the sockets that the objects of a namespace are asked for with. */
export function withSockets<T>(
  { netns, rtnetlink }: Pick<StateSource, 'netns' | 'rtnetlink'>,
  use: (sockets: ObjectSockets) => T,
): T {
  using generic = netns.run(() => new NetlinkSocket({ protocol: NETLINK_GENERIC }));
  return use({ rtnetlink, generic, families: loadedFamilies(generic) });
}

/** The objects of a family of generic netlink. To ask for its number by its name would load its module. */
export function listGeneric<State>({ generic, families }: ObjectSockets, request: GenericRequest<State>): State[] {
  const type = families.get(request.family);
  return type === undefined ? [] : generic.list({ ...request, type });
}

/** The settings of such a family. */
export function showGeneric<State>({ generic, families }: ObjectSockets, request: GenericRequest<State>): State[] {
  const type = families.get(request.family);
  return type === undefined ? [] : [generic.get({ ...request, type })];
}
