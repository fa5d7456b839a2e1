import type { Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { deviceName } from '../names.ts';

/** Why what a device sent went nowhere: it is a dummy. */
export function dummyCause(device: Interface): Cause | undefined {
  return device.kind === 'dummy' ? { code: 'link.dummy', facts: { device: deviceName(device) } } : undefined;
}
