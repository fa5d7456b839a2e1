import { show, UsageError } from '../../base/validate.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { kindOf } from '../../links/registry.ts';
import { deviceAt } from '../device-at.ts';
import { isInterface } from '../engines/interface-engine.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';

/** What a spec gave in the place of a device, for an error: a device by its name. */
export function showDevice(value: unknown): string {
  return isInterface(value) ? String(value) : show(value);
}

/** Checks that an option is an interface of a namespace. @throws UsageError */
export function checkInterfaceOf(
  call: string,
  option: string,
  value: unknown,
  namespace: Namespace,
  otherwise = '',
): asserts value is Interface {
  const rule = `${option} must be an interface of ${namespace}${otherwise}`;
  if (!isInterface(value)) throw new UsageError(`${call}: ${rule}: received ${show(value)}`);
  if (value.deleted) throw new UsageError(`${call}: ${option} ${value} has been deleted`);
  if (value.namespace === namespace) return;
  const whose = value.namespace.lab === namespace.lab ? '' : ', of another lab';
  throw new UsageError(`${call}: ${rule}: received ${value}${whose}`);
}

/** Checks the settings of a kind that are other devices. @throws UsageError */
export function checkLinkedDevices(
  call: string,
  namespace: Namespace,
  kind: LinkKind | undefined,
  options: object,
): void {
  for (const name of kind?.deviceOptions ?? []) {
    const value: unknown = (options as Record<string, unknown>)[name];
    if (value !== undefined) checkInterfaceOf(call, name, value, namespace);
  }
}

/** Settings of a device, with the interface in place of the index of another. */
export function withDevices(device: Interface, settings: object): object {
  const names = kindOf(device)?.deviceOptions ?? [];
  const others = names.filter((name) => name in settings);
  return {
    ...settings,
    ...Object.fromEntries(
      others.map((name) => [name, deviceAt(device.namespace, (settings as Record<string, unknown>)[name])]),
    ),
  };
}
