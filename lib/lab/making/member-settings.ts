import type { LinkKind } from '../../links/link-kind.ts';
import { kindOf } from '../../links/registry.ts';
import { ipLink } from '../../netlink/link.ts';
import { engineOf } from '../engines/engine.ts';
import { isInterface } from '../engines/interface-engine.ts';
import type { Interface } from '../interface.ts';
import type { InterfaceChange } from '../interface-change.ts';
import { refuseIgnoredOfMember } from './refuse-ignored.ts';
import { changeApartOfMember } from './settings-apart.ts';

type Values = Readonly<Record<string, unknown>>;

/** The kind of the master that a device has after a change. */
export function masterKindAfter(device: Interface, options: InterfaceChange): LinkKind | undefined {
  const master = options?.master === undefined ? device.master : options.master;
  return isInterface(master) ? kindOf(master) : undefined;
}

/** @throws UsageError */
export function checkMemberSettings(call: string, above: LinkKind | undefined, options: object): void {
  for (const [name, { check }] of above?.memberOptions ?? []) check(call, name, (options as Values)[name]);
}

/** Changes the settings that the master keeps for a device: those that `options` gives. */
export function changeMemberSettings(call: string, device: Interface, above: LinkKind | undefined, options: object) {
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && above?.memberOptions.has(name),
  );
  if (!above || given.length === 0) return;
  const { namespace, index, master } = device;
  const { true: apart = [], false: own = [] } = Object.groupBy(
    given,
    ([name]) => String(above.memberOptions.get(name)?.rules.apart === true) as 'true' | 'false',
  );
  if (master && apart.length > 0) changeApartOfMember(device, master, Object.fromEntries(apart));
  if (own.length === 0) return;
  const settings = Object.fromEntries(own);
  const change = { index, slaveKind: above.kind, slaveData: settings };
  engineOf(namespace).rtnetlink.change(ipLink.change(change, above.description.causes?.memberSettings));
  refuseIgnoredOfMember(call, device, above, settings);
}
