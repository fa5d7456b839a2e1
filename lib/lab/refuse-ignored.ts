import { constants } from 'node:os';
import { KernelError } from '../kernel/kernel-error.ts';
import { show } from '../kernel/validate.ts';
import { type PortOptions, portSettings } from '../links/bridge-port.ts';
import { ignoredSettings, mayBeIgnored } from '../links/ignored-settings.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Refuses settings of a kind that the kernel has passed over.
 *
 * @throws KernelError `EOPNOTSUPP`
 */
export function refuseIgnored(call: string, device: Interface, kind: LinkKind, said: Values): void {
  const doubtful = [...kind.options].filter(([name, { rules }]) => said[name] !== undefined && mayBeIgnored(rules));
  if (doubtful.length === 0) return;
  const [name] = ignoredSettings(kind, said, kind.of(engineOf(device).link()));
  if (name === undefined) return;
  const { since, needs } = kind.options.get(name)?.rules ?? {};
  const words = `{ ${name}: ${show(said[name])} }`;
  const mend = since ? `it came with Linux ${since}` : `it needs CONFIG_${needs}`;
  refuse(call, `${name} of a ${kind.kind}: ${mend}. supports('${kind.kind}', ${words}) tells`);
}

/** The same of a bridge's port. */
export function refuseIgnoredOfPort(call: string, port: Interface, said: PortOptions): void {
  // The spanning tree changes the state, too.
  const { state: _, ...asked } = said;
  if (Object.values(asked).every((value) => value === undefined)) return;
  const got = portSettings(engineOf(port).link()) as Values;
  const name = Object.entries(asked).find(([option, value]) => !isTaken(value, got[option]))?.[0];
  if (name !== undefined) refuse(call, `${name} of a bridge's port: it is older. port.settings shows what it knows`);
}

/** The kernel tells all that it knows of a port (`br_port_fill_attrs`). Numbers may be rounded. */
function isTaken(asked: unknown, got: unknown): boolean {
  if (asked === undefined || (asked === false && got === undefined)) return true;
  return got !== undefined && (typeof asked !== 'boolean' || asked === got);
}

function refuse(operation: string, what: string): never {
  const cause = `this kernel passes over ${what}`;
  throw new KernelError({ operation, errno: constants.errno.EOPNOTSUPP, cause });
}
