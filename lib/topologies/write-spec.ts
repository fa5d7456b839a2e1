import { visible } from '../base/visible-text.ts';
import { PORT_OPTIONS } from '../links/bridge-port.ts';
import { type Call, Ref } from './call.ts';
import { callsOf } from './calls.ts';
import type { Described, Remark } from './described.ts';
import type { Path } from './topology.ts';
import { Variables } from './variables.ts';

/** What fits on a line. */
const WIDTH = 118;

/** What a recorded spec says besides its network. */
export interface SpecParts {
  /** What was recorded, for the first line. */
  readonly source: string;
  readonly title: string;
  /** Lines of a drawing, above the test. */
  readonly drawing: string;
  /** What it asserts, in TypeScript. */
  readonly assertion: string;
}

/** A topology as a spec that builds it, with a comment for what a lab cannot have at the place. */
export function writeSpec(described: Described, { source, title, drawing, assertion }: SpecParts): string {
  const { topology, remarks } = described;
  const calls = callsOf(topology);
  const names = new Variables(calls);
  const written = new Set<Remark>();
  const body = calls.flatMap((call, at) => {
    const own = remarks.filter((remark) => !written.has(remark) && isAt(remark.path, call.path));
    for (const remark of own) written.add(remark);
    const isNewPart = at > 0 && partOf(call) !== partOf(calls[at - 1]);
    return [...(isNewPart ? [''] : []), ...own.map(comment), ...statement(call, names).split('\n')];
  });
  const types = [/ as Interface /, / as .*Port\)/].flatMap((used, at) =>
    body.some((line) => used.test(line)) ? [['type Interface', 'type Port'][at]] : [],
  );
  const rest = remarks.filter((remark) => !written.has(remark)).map(comment);
  return [
    `// Recorded by \`npx hairpin record\` from ${visible(source)}. Names, links, addresses, routes, rules and settings are those`,
    '// of the network that was read; nothing of its traffic. "Left out" stands where a lab cannot have what was there.',
    `import { ${['expect', ...types, 'test'].join(', ')} } from 'hairpin';`,
    '',
    ...visible(drawing)
      .split('\n')
      .map((line) => `// ${line}`.trimEnd()),
    `test(${quote(title)}, async ({ lab }) => {`,
    ...[...rest, ...body, '', ...assertion.split('\n')].map((line) => (line === '' ? '' : `  ${line}`)),
    '});',
    '',
  ].join('\n');
}

/** Whether a remark belongs to a call: to the first that makes what it is about. */
function isAt(remark: Path, call: Path): boolean {
  return remark.length > 0 && remark.every((step, at) => call[at] === step);
}

/** Namespaces, links, and what is said of each namespace stand apart. */
function partOf(call: Call | undefined): string {
  if (!call) return '';
  if (call.makes === 'namespace') return 'namespaces';
  return call.path[0] === 'links' ? 'links' : `of ${call.path[1]}`;
}

function comment({ text }: Remark): string {
  return `// Left out: ${visible(text).replaceAll('\n', ' ')}`;
}

function statement(call: Call, names: Variables): string {
  const made = names.declaration(call);
  const target = call.on ? names.of(call.on) : 'lab';
  const on =
    call.method === 'set' && isForPort(call)
      ? `(${target} as ${call.path.length > 2 ? '' : 'Interface as '}Port)`
      : target;
  const prefix = `${made}${call.method === 'exec' ? 'await ' : ''}${on}.${call.method}(`;
  const line = `${prefix}${call.args.map((arg) => print(arg, names)).join(', ')});`;
  if (line.length <= WIDTH) return line;
  const last = call.args.length - 1;
  return `${prefix}${call.args.map((arg, at) => print(arg, names, at === last ? '' : undefined)).join(', ')});`;
}

/** What `set` takes of ports only. */
function isForPort({ args }: Call): boolean {
  const options: readonly string[] = [...PORT_OPTIONS, 'backupPort'];
  return Object.keys(Object(args[0])).some((option) => options.includes(option));
}

/** @param indent of the lines that it is broken into; without one it stays a line */
function print(value: unknown, names: Variables, indent?: string): string {
  if (value instanceof Ref) return names.of(value);
  if (typeof value === 'string') return value.includes('\n') ? template(value) : quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const [open, close, space] = isList ? ['[', ']', ''] : ['{', '}', ' '];
  const entries = Object.entries(value);
  const key = (name: string) => (isList ? '' : `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)}: `);
  const member = ([name, each]: [string, unknown], inner?: string) => {
    const text = print(each, names, inner);
    return key(name) === `${text}: ` ? text : `${key(name)}${text}`;
  };
  const line = `${open}${space}${entries.map((entry) => member(entry)).join(', ')}${space}${close}`;
  if (indent === undefined || entries.length === 0) return line;
  const inner = `${indent}  `;
  const lines = entries.map((entry) => {
    const whole = member(entry);
    return `${inner}${inner.length + whole.length < WIDTH - 2 ? whole : member(entry, inner)},`;
  });
  return `${open}\n${lines.join('\n')}\n${indent}${close}`;
}

function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

function template(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$\{/g, '\\$&')}\``;
}
