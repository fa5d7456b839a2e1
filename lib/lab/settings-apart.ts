import { unlessCode } from '../kernel/has-code.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { genericId } from '../netlink/generic.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';

/** The settings of a device that travel by a family of their kind's own: WireGuard's keys and peers. None where they are hidden. */
export function readApart({ namespace, index }: Interface, kind: LinkKind): object {
  const { apart } = kind.description;
  if (!apart) return {};
  const { generic } = engineOf(namespace);
  const list = () => generic.list(apart.list(genericId(generic, apart.family), index));
  const answers = unlessCode([apart.hidden ?? []].flat(), list);
  return answers ? apart.settings(answers) : {};
}

/** Changes them, as far as they are said. */
export function changeApart(iface: Interface, kind: LinkKind, settings: object): void {
  const { namespace, index } = iface;
  const { apart } = kind.description;
  const given = Object.entries(settings).filter(([name, value]) => value !== undefined && kind.apart.includes(name));
  if (!apart || given.length === 0) return;
  const { generic } = engineOf(namespace);
  const before = readApart(iface, kind);
  for (const request of apart.change(genericId(generic, apart.family), index, Object.fromEntries(given), before))
    unlessCode([apart.unheard ?? []].flat(), () => generic.change(request));
}
