import type { Way } from '../diagnosis/way.ts';
import { sayCause } from '../diagnosis/words/index.ts';
import { show } from '../kernel/validate.ts';
import { Events, Interface, Lab, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { kindOf } from '../links/registry.ts';
import { isPair } from '../probes/pair-devices.ts';
import type { FailedQuestion } from '../report/evidence.ts';
import { isAsymmetric } from '../state/entries/fields.ts';
import { drawPath } from '../trace/draw-path.ts';

/** What a matcher gives to vitest. The message is made only when it is needed. */
export interface Answer {
  pass: boolean;
  message: () => string;
  /** The network was not asked, or said nothing. @default false */
  isInconclusive?: boolean;
  /** What a failure leaves behind is made from. */
  evidence?: { lab: Lab; failed: Omit<FailedQuestion, 'title'> };
}

/** The lines of a failure, in the one order that all matchers have; a line that has nothing to say is left out. */
export interface Message {
  /** The assertion as it was written: `expect(ns1).toReach(ns2)`. */
  title: string;
  lines: readonly (readonly [label: string, text: string | undefined])[];
  /** The ways that frames took. */
  ways?: readonly Way[];
  /** What to do about it. */
  hint?: string | undefined;
}

/** Labels in a column, colons aligned. */
export function formatMessage({ title, lines, ways = [], hint }: Message): string {
  const present = lines.filter((line): line is [string, string] => line[1] !== undefined);
  const width = Math.max(...present.map(([label]) => label.length)) + 1;
  const body = present.map(
    ([label, text]) => `${`${label}:`.padEnd(width)}  ${text.replaceAll(/\n(?=.)/g, `\n${' '.repeat(width + 2)}`)}`,
  );
  const drawn = ways.flatMap(drawWay);
  // The hint belongs to the path above it, where there is one.
  const advice = hint ? [...(ways.length > 0 ? [] : ['']), `Hint: ${hint}`] : [];
  return [title, '', ...body, ...drawn, ...advice].join('\n');
}

function drawWay({ of, frame, path, lost }: Way): string[] {
  const drawing = drawPath(path, lost && { at: lost.hop, text: sayCause(lost.cause).text });
  return ['', `Path of ${of} (${frame}):`, ...drawing.split('\n').map((line) => `  ${line}`)];
}

/** `expect(ns1).not.toReach(ns2, …)`. */
export function assertionTitle(
  matcher: string,
  received: string,
  expected: string,
  { isNot }: { isNot: boolean },
): string {
  return `expect(${received}).${isNot ? 'not.' : ''}${matcher}(${expected})`;
}

/** A value as the spec has it: namespaces and interfaces by their names. */
export function nameOf(value: unknown): string {
  if (isPair(value)) return 'pair';
  if (value instanceof Lab) return 'lab';
  if (value instanceof Namespace || value instanceof Interface || value instanceof Events) return String(value);
  return isAsymmetric(value)
    ? asymmetricWords(value)
    : isPlain(value)
      ? `{ ${objectWords(value)} }`.replace('{  }', '{}')
      : show(value);
}

/** `expect.stringMatching(/^10/)`, as the spec has it. */
function asymmetricWords(value: object): string {
  const [name, { sample }] = [String(value), value as { sample?: unknown }];
  const said = typeof sample === 'function' ? sample.name : sample instanceof RegExp ? String(sample) : nameOf(sample);
  return `expect.${name.charAt(0).toLowerCase()}${name.slice(1)}(${sample === undefined ? '' : said})`;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function objectWords(value: object): string {
  return Object.entries(value)
    .map(([option, given]) => `${option}: ${nameOf(given)}`)
    .join(', ');
}

/** The lab that a value is of. */
export function labOf(value: unknown): Lab | undefined {
  if (value instanceof Lab) return value;
  if (value instanceof Namespace) return value.lab;
  if (value instanceof Events) return value.namespace.lab;
  if (isPair(value)) return value.uplink.namespace.lab;
  return value instanceof Interface ? value.namespace.lab : undefined;
}

/** `, { by: 'tcp', port: 80 }` for options, nothing for none. */
export function wordsOf(options: unknown): string {
  if (typeof options !== 'object' || options === null) return `, ${show(options)}`;
  const words = objectWords(options);
  return words === '' ? '' : `, { ${words} }`;
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
