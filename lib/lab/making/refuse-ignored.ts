import { show } from '../../base/validate.ts';
import { ignoredByKernel } from '../../kernel/kernel-error.ts';
import { PORT_RULES, type PortOptions, portSettings } from '../../links/bridge-port.ts';
import { doubtfulSettings, ignoredSettings } from '../../links/ignored-settings.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { engineOf } from '../engines/engine.ts';
import type { Interface } from '../interface.ts';

type Values = Readonly<Record<string, unknown>>;
type Rules = LinkKind['rules'];

/**
 * Refuses settings of a kind that the kernel has passed over.
 *
 * @throws KernelError `EOPNOTSUPP`
 */
export function refuseIgnored(call: string, device: Interface, kind: LinkKind, given: Values): void {
  const ask = (words: string) => `supports('${kind.kind}', ${words}) tells`;
  refuse(call, kind.rules, given, () => kind.of(engineOf(device).link()), { noun: kind.kind, ask });
}

/** The same as {@link refuseIgnored}, for the settings that a master keeps for a device. */
export function refuseIgnoredOfMember(call: string, device: Interface, above: LinkKind, given: Values): void {
  const rules = [...above.memberOptions].map(([name, option]): Rules[number] => [name, option.rules]);
  const ask = () => 'interface.settings shows what it knows';
  refuse(call, rules, given, () => above.ofMember(engineOf(device).link()), { noun: `member of a ${above.kind}`, ask });
}

/** The same as {@link refuseIgnored}, for a port of a bridge. */
export function refuseIgnoredOfPort(call: string, port: Interface, given: PortOptions): void {
  const ask = () => 'port.settings shows what it knows';
  const rules = Object.entries(PORT_RULES) as Rules;
  refuse(call, rules, given as Values, () => portSettings(engineOf(port).link()) as Values, { noun: 'port', ask });
}

function refuse(
  operation: string,
  rules: Rules,
  given: Values,
  read: () => Values,
  { noun, ask }: { noun: string; ask: (words: string) => string },
): void {
  if (doubtfulSettings(rules, given).length === 0) return;
  const [name] = ignoredSettings(rules, given, read());
  if (name === undefined) return;
  const { since, needs } = new Map(rules).get(name) ?? {};
  const mend = since ? `it came with Linux ${since}` : `it needs CONFIG_${needs}`;
  const cause = `this kernel ignores ${name} of a ${noun}: ${mend}. ${ask(`{ ${name}: ${show(given[name])} }`)}`;
  throw ignoredByKernel(operation, cause);
}
