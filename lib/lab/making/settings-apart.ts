import { unlessCode } from '../../base/has-code.ts';
import type { ApartSettings } from '../../links/link-description.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { kindOf } from '../../links/registry.ts';
import { genericId } from '../../netlink/generic/generic.ts';
import type { Request } from '../../netlink/request.ts';
import type { NetlinkSocket } from '../../netlink/socket.ts';
import { engineOf } from '../engines/engine.ts';
import type { Interface } from '../interface.ts';

/** The settings of a device that travel by a family of their kind's own: WireGuard's keys and peers. None where they are hidden. */
export function readApart(iface: Interface, kind: LinkKind): object {
  const { apart } = kind.description;
  const answers = apart && list(iface, apart);
  return answers ? apart.settings(answers) : {};
}

/** Those that its master keeps for a device, such as a team. */
export function readApartOfMember({ master, index }: Interface): object {
  const apart = master && kindOf(master)?.description.apart;
  if (!master || !apart?.ofMember) return {};
  const answers = list(master, apart);
  return answers ? apart.ofMember.settings(answers, index) : {};
}

function list({ namespace, index }: Interface, apart: ApartSettings): readonly object[] | undefined {
  const { generic } = engineOf(namespace);
  const ask = () => generic.list(apart.list(genericId(generic, apart.family), index));
  return unlessCode([apart.hidden ?? []].flat(), ask, undefined);
}

/** Changes them, as far as they are said. */
export function changeApart(iface: Interface, kind: LinkKind, settings: object): void {
  const { namespace, index } = iface;
  const { apart } = kind.description;
  const given = Object.entries(settings).filter(([name, value]) => value !== undefined && kind.apart.includes(name));
  if (!apart || given.length === 0) return;
  const { generic } = engineOf(namespace);
  const before = readApart(iface, kind);
  const id = genericId(generic, apart.family);
  send(generic, apart, apart.change(id, index, Object.fromEntries(given), before));
}

/** The same of the settings that its master keeps for a device. */
export function changeApartOfMember({ namespace, index }: Interface, master: Interface, settings: object): void {
  const { generic } = engineOf(namespace);
  const apart = kindOf(master)?.description.apart;
  if (apart?.ofMember)
    send(generic, apart, apart.ofMember.change(genericId(generic, apart.family), master.index, index, settings));
}

function send(generic: NetlinkSocket, { unheard }: ApartSettings, requests: readonly Request[]): void {
  for (const request of requests) unlessCode([unheard ?? []].flat(), () => generic.change(request));
}
