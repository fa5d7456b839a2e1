import type { Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { refusesSource } from '../../model/reverse-path.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { modelledAlone } from './by-model.ts';

/** Why a host refuses what comes in by a device, for its source. */
export function reversePathCause(ingress: Interface, source: string): Cause | undefined {
  // Behind a port it is the bridge that IP takes packets in by.
  const device = ingress.isPort ? undefined : modelledAlone(ingress);
  const refused = device && refusesSource(device, { family: familyOf(source) ?? 4, source });
  return refused?.kind === 'drop' ? refused.cause : undefined;
}
