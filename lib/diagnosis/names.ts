import type { Interface } from '../lab/index.ts';
import type { DeviceName } from '../model/cause.ts';

/** A device as facts and messages name it: `sw/p0`. */
export function deviceName({ namespace, name }: Interface): DeviceName {
  return `${namespace.name}/${name}`;
}
