import { type Interface, isTap } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { deviceName } from '../names.ts';

/** Why a namespace did not answer what came in by a macvtap or ipvtap: the program that has it open was given it (`tap_handle_frame`). */
export function tapCause(device: Interface): Cause | undefined {
  if (!isTap(device) || device.queues.length === 0) return undefined;
  return { code: 'tap.open', facts: { device: deviceName(device) } };
}
