import { checkBoolean, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { engineOf } from '../engines/engine.ts';
import { Interface } from '../interface.ts';
import { refuseMac } from '../interface-change.ts';
import type { Namespace } from '../namespace.ts';
import { Uplink } from '../uplink.ts';
import type { NewLinkOptions } from './add-link.ts';
import { checkLinkedDevices } from './linked-devices.ts';

/** Checks a link that is to be made in a namespace. @throws UsageError */
export function checkNewLink(call: string, namespace: Namespace, kind: LinkKind, options: NewLinkOptions): void {
  const { lower } = kind;
  const never = kind.description.fixedMac?.({});
  if (never && options?.parent) refuseMac(call, options, never, options.parent);
  const common = ['name', 'address', ...(never ? [] : ['mac']), 'mtu', 'up', 'promiscuous'];
  checkOptions(call, options, [...(lower === 'none' ? [] : ['parent']), ...common, ...kind.options.keys()]);
  const { parent, up, promiscuous } = options;
  if (lower !== 'none') checkParent(call, namespace, kind, parent);
  checkBoolean(call, 'up', up);
  checkBoolean(call, 'promiscuous', promiscuous);
  kind.checkNew(call, options);
  checkLinkedDevices(call, namespace, kind, options);
  const settings = { ...kind.defaults, ...options };
  checkHasMac(call, kind, settings, options.mac);
  const fixed = kind.description.fixedMac?.(settings);
  if (fixed && parent && options.mac !== undefined) refuseMac(call, options, fixed, parent);
  engineOf(namespace).devices.check(call, options);
}

/** Checks a MAC address that a device of a kind shall have. @throws UsageError */
export function checkHasMac(
  call: string,
  kind: LinkKind,
  settings: Readonly<Record<string, unknown>>,
  mac: string | undefined,
): void {
  if (mac !== undefined && kind.description.withoutMac?.(settings))
    throw new UsageError(`${call}: mac cannot be chosen: a ${kind.kind} with these settings has none`);
}

function checkParent(call: string, namespace: Namespace, { lower }: LinkKind, parent: unknown): void {
  if (parent instanceof Uplink && lower === 'interface')
    throw new UsageError(
      `${call}: parent must be an interface of this lab: a real NIC (${parent}) takes macvlans only`,
    );
  if (!(parent instanceof Interface || parent instanceof Uplink)) {
    throw wrongOption(call, 'parent', 'an interface of this lab, such as an end of a cable', parent);
  }
  const { lab } = parent instanceof Uplink ? parent : parent.namespace;
  if (lab !== namespace.lab)
    throw new UsageError(`${call}: parent must be an interface of the same lab: received ${parent}, of another`);
  if (parent.deleted) throw new UsageError(`${call}: parent ${parent} has been deleted`);
}
