import { isPlainObject } from '../base/plain-object.ts';
import { show } from '../base/validate.ts';
import { Events, Interface, Lab, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { kindOf } from '../links/registry.ts';
import { isPair } from '../probes/pair-devices.ts';
import { type FailedQuestion, failureWords, type Message } from '../report/failure/failure-meta.ts';
import { failureText } from '../report/failure/failure-text.ts';
import { isAsymmetric } from '../state/entries/fields.ts';

/** What came of an assertion. */
export interface Answer {
  pass: boolean;
  /** What a failure says. */
  message?: Message;
  /** The network was not asked, or said nothing. @default false */
  isInconclusive?: boolean;
  /** What a failure leaves behind is made from. */
  evidence?: { lab: Lab; failed: Omit<FailedQuestion, 'message' | 'isInconclusive'> };
}

export function formatMessage(message: Message): string {
  return failureText(failureWords(message));
}

/** `expect(ns1).not.toReach(ns2, { by: 'tcp' })`, as the spec has it. */
export function assertionTitle(
  matcher: string,
  received: unknown,
  args: readonly unknown[],
  { isNot, takesTable = false }: { isNot: boolean; takesTable?: boolean },
): string {
  // A table of several lines has no place in a title.
  const words = args.map((arg, at) => (takesTable && at === 0 ? 'table' : nameOf(arg)));
  // Options that are left out, or are none.
  while (words.length > 1 && ['undefined', '{}'].includes(words.at(-1) ?? '')) words.pop();
  return `expect(${nameOf(received)}).${isNot ? 'not.' : ''}${matcher}(${words.join(', ')})`;
}

/** A value as the spec has it: namespaces and interfaces by their names. */
export function nameOf(value: unknown): string {
  if (isPair(value)) return 'pair';
  if (value instanceof Lab) return 'lab';
  if (value instanceof Namespace || value instanceof Interface || value instanceof Events) return String(value);
  return isAsymmetric(value)
    ? asymmetricWords(value)
    : isPlainObject(value)
      ? `{ ${objectWords(value)} }`.replace('{  }', '{}')
      : show(value);
}

/** `expect.stringMatching(/^10/)`, as the spec has it. */
function asymmetricWords(value: object): string {
  const [name, { sample }] = [String(value), value as { sample?: unknown }];
  const example =
    typeof sample === 'function' ? sample.name : sample instanceof RegExp ? String(sample) : nameOf(sample);
  return `expect.${name.charAt(0).toLowerCase()}${name.slice(1)}(${sample === undefined ? '' : example})`;
}

function objectWords(value: object): string {
  return Object.entries(value)
    .map(([option, given]) => `${option}: ${nameOf(given)}`)
    .join(', ');
}

export function labOf(value: unknown): Lab | undefined {
  if (value instanceof Lab) return value;
  if (value instanceof Namespace) return value.lab;
  if (value instanceof Events) return value.namespace.lab;
  if (isPair(value)) return value.uplink.namespace.lab;
  return value instanceof Interface ? value.namespace.lab : undefined;
}

/** `m1, macvlan vepa on host/up0`. */
export function describeDevice(device: Interface): string {
  if (device.parent) return `${device.name}, ${[device.kind, ...summaryOf(device)].join(' ')} on ${device.parent}`;
  const peer = device.peer ? ` to ${device.peer}` : '';
  return `${device.name}, ${device.kind}${device.isPort ? ' port' : ''}${peer}`;
}

function summaryOf(device: Interface): readonly (string | number)[] {
  const [kind, link] = [kindOf(device), stateIfThere(device)];
  return kind && link ? kind.summary(kind.of(link)) : [];
}

/** A length of time as a person writes it: `0.31 ms`, `12 ms`, `1000 ms`. */
export function milliseconds(time: number): string {
  return `${time < 10 ? Number(time.toPrecision(2)) : Math.round(time)} ms`;
}

/** `1 copy`, `2 copies`. */
export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${pluralOf(noun)}`;
}

/** `copies`, `addresses`, `fdb entries`. */
export function pluralOf(noun: string): string {
  if (noun.endsWith('y')) return `${noun.slice(0, -1)}ies`;
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`;
}
