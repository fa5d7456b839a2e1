import { bridgePort } from '../links/bridge-port.ts';
import { NUMBERS } from '../netlink/names.ts';
import type { InterfaceSnapshot } from './lab-snapshot.ts';

/** What a new port has (`new_nbp`); the cost is that of 10 Gbit/s (`port_cost`), which a veth claims to have. */
const DEFAULTS: Record<string, unknown> = {
  ...{ hairpin: false, isolated: false, guard: false, locked: false, cost: 2, priority: 32 },
  ...{ learning: true, flood: true, mcastFlood: true, bcastFlood: true },
};

/** The settings that somebody changed, as in `hairpin on`; not the state, which comes and goes with the carrier. */
export function changedPortWords(port: NonNullable<InterfaceSnapshot['port']>): readonly string[] {
  const changed = Object.entries(port).filter(([key, value]) => key !== 'state' && DEFAULTS[key] !== value);
  return bridgePort.words(Object.fromEntries(changed), NUMBERS);
}
