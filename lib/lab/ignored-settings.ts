import { constants } from 'node:os';
import { KernelError } from '../kernel/kernel-error.ts';
import { type PortOptions, portSettings } from '../links/bridge-port.ts';
import { ignoredSettings } from '../links/has-link.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';

type Values = Readonly<Record<string, unknown>>;

/** What the kernel has taken in this process: it is asked once for each value. */
const taken = new Set<string>();

/**
 * Refuses settings of a kind that the kernel took no notice of. An older kernel passes over an attribute that it does not know
 * (`nla_parse_nested_deprecated`), and says nothing.
 *
 * @throws KernelError `EOPNOTSUPP`
 */
export function refuseIgnored(call: string, device: Interface, kind: LinkKind, said: Values): void {
  const names = [...kind.told.keys()].filter((name) => !kind.apart.includes(name) && !kind.told.get(name)?.isDevice);
  const asked = Object.fromEntries(names.map((name) => [name, said[name]]));
  refuse(call, kind.kind, asked, () => ignoredSettings(kind, asked, kind.of(engineOf(device).link())));
}

/** The same of a bridge's port. */
export function refuseIgnoredOfPort(call: string, port: Interface, said: PortOptions): void {
  // The spanning tree's, too.
  const { state: _, ...asked } = said;
  refuse(call, 'bridge port', asked, () => {
    const got = portSettings(engineOf(port).link()) as Values;
    return Object.entries(asked).flatMap(([name, value]) => (isTaken(value, got[name]) ? [] : [name]));
  });
}

function refuse(call: string, what: string, asked: Values, ignoredOf: () => string[]): void {
  const keys = Object.entries(asked)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${what} ${name} ${JSON.stringify(value)}`);
  if (keys.every((key) => taken.has(key))) return;
  const [ignored] = ignoredOf();
  if (ignored !== undefined) {
    const cause = `this kernel does not know ${ignored} of a ${what}, and took no notice of it: it is older, or built without what the setting needs`;
    throw new KernelError({ operation: call, errno: constants.errno.EOPNOTSUPP, cause });
  }
  for (const key of keys) taken.add(key);
}

/** A kernel without a setting has it off. Numbers may be rounded. */
function isTaken(asked: unknown, got: unknown): boolean {
  if (asked === undefined || (asked === false && got === undefined)) return true;
  return got !== undefined && (typeof asked !== 'boolean' || asked === got);
}
