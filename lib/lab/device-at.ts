import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/** The device with an index of a namespace's; undefined for one that hairpin does not know. */
export function deviceAt({ interfaces }: Namespace, index: unknown): Interface | undefined {
  return interfaces.find((device) => device.index === index);
}

/** Its name for messages: `a/eth0`, or `a/device 7` for one that hairpin does not know. */
export function labelAt(namespace: Namespace, index: number): `${string}/${string}` {
  return `${namespace.name}/${deviceAt(namespace, index)?.name ?? `device ${index}`}`;
}
