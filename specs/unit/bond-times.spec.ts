import { expect, test } from 'hairpin';
import { bond } from '../../lib/links/bond.ts';

// No network: what a bond is told to do, and what it takes the links of its slaves for.

const slave = (miiStatus: string, carrier: boolean) => ({ carrier, status: { miiStatus } });
const [used, dead, unnoticed, back] = [
  slave('up', true),
  slave('down', false),
  slave('going down', false),
  slave('going back', true),
];

test.for([
  ['asks for an address', { arpInterval: 100 }, [used, used], 600],
  ['asks, and allows one more miss', { arpInterval: 100, arpMissedMax: 3 }, [used], 600],
  ['looks at carriers, and has seen all', { miimon: 100, updelay: 300 }, [used, dead], 0],
  ['has not seen that a carrier is gone', { miimon: 100 }, [slave('up', false), used], 200],
  ['waits before it gives up a slave', { miimon: 100, downdelay: 300 }, [used, unnoticed], 500],
  ['waits before it uses a slave again', { miimon: 100, updelay: 400 }, [dead, back], 600],
] as const)('a bond that %s', ([, settings, members, expected]) => {
  const { changesMemberWithin } = bond.description;
  expect(changesMemberWithin?.({ mode: 'active-backup', ...settings } as never, members)).toBe(expected);
});
