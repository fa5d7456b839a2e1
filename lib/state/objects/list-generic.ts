import type { GenericRequest } from '../../netlink/generic/generic-family.ts';
import type { ObjectSockets } from './object-kind.ts';

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
