import { show } from '../base/validate.ts';
import { DEFAULTS } from '../lab/role.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { USUAL_PAIR } from '../links/registry.ts';
import { Checker, didYouMean } from './checker.ts';
import { devicesOf } from './device.ts';
import type { Source } from './source.ts';
import { openQuoteIn, shellWordIn } from './split-words.ts';
import { deviceName, endOf, isPair, type Mapping, type Path, splitName, type Topology } from './topology.ts';
import {
  BRIDGE_LISTS,
  HOST_END_KEYS,
  HOST_KEYS,
  kindsOf,
  linkKeys,
  PORT_KEYS,
  pairKeys,
  SWITCH_KEYS,
  TOP_KEYS,
  TRAFFIC_LISTS,
} from './topology-keys.ts';

/**
 * Checks what a file says as far as it can be told without a lab: the shape, every key, every name of a namespace or a device.
 * The values are checked by the calls that they are for.
 *
 * @throws UsageError with the file, the line and the column
 */
export function checkTopology(source: Source, data: unknown): asserts data is Topology {
  const check = new Checker(source);
  const top = check.mapping([], data, 'a topology');
  check.keys([], top, TOP_KEYS, 'a topology');
  check.oneOf(['defaults'], top['defaults'], DEFAULTS);
  if (top['namespaces'] === undefined)
    source.fail([], 'namespaces must be given: the names of hosts, routers and switches, such as { a: , b: }');
  const namespaces = check.mapping(['namespaces'], top['namespaces'], 'namespaces');
  for (const [name, value] of Object.entries(namespaces)) checkNamespace(check, ['namespaces', name], value);
  for (const [at, link] of check.list(['links'], top['links']).entries())
    checkLink(check, namespaces as Topology['namespaces'], ['links', at], link);
  checkReferences(source, data as Topology);
}

const ROLES = ['host', 'router', 'switch'];
const LISTS = ['exec', 'nexthops', 'routes', 'mroutes', 'rules', 'neighbours', ...BRIDGE_LISTS, ...TRAFFIC_LISTS];

function checkNamespace(check: Checker, path: Path, value: unknown): void {
  if (value === null) return;
  const namespace = check.mapping(path, value, `the namespace ${path.at(-1)}`);
  check.oneOf([...path, 'role'], namespace['role'], ROLES);
  const isSwitch = namespace['role'] === 'switch';
  const role = String(namespace['role'] ?? 'host');
  check.keys(path, namespace, isSwitch ? SWITCH_KEYS : HOST_KEYS, `a ${role}`);
  if (namespace['sysctls'] !== undefined) check.mapping([...path, 'sysctls'], namespace['sysctls'], 'sysctls');
  checkLists(check, path, namespace);
  for (const [at, line] of check.list([...path, 'exec'], namespace['exec']).entries())
    checkExec(check, [...path, 'exec', at], line);
}

function checkLists(check: Checker, path: Path, owner: Mapping): void {
  for (const key of LISTS) {
    for (const [at, entry] of check.list([...path, key], owner[key]).entries())
      if (key !== 'exec') check.mapping([...path, key, at], entry, `a member of ${key}`);
  }
}

function checkExec(check: Checker, path: Path, line: unknown): void {
  const { run, ...rest } = typeof line === 'string' ? { run: line } : check.mapping(path, line, 'a member of exec');
  check.keys(path, rest, ['input'], 'a member of exec');
  const here = typeof line === 'string' ? path : [...path, 'run'];
  if (typeof run !== 'string' || run.trim() === '')
    check.source.fail(here, `exec takes a program and its arguments, such as 'sysctl -a': received ${show(run)}`);
  const open = openQuoteIn(run);
  if (open !== undefined)
    check.source.fail(
      here,
      `exec has a ${open} that nothing closes; put it in quotes to have it as it is: received ${show(run)}`,
    );
  const shell = shellWordIn(run);
  if (shell !== undefined)
    check.source.fail(here, `exec has no shell, and ${show(shell)} is for one: run sh -c '…' for it`);
}

function checkLink(check: Checker, namespaces: Topology['namespaces'], path: Path, value: unknown): void {
  const link = check.mapping(path, value, 'a link');
  const kind = kindOfLink(check, path, link);
  if (!isPair(link)) {
    check.keys(path, link, linkKeys(kind), `a ${kind.kind}`);
    checkLists(check, path, link);
    checkName(check, namespaces, [...path, 'name'], link['name'], kind.kind);
    return;
  }
  check.keys(path, link, pairKeys(kind), `a cable`);
  for (const which of ['a', 'b'] as const) {
    const here = [...path, which];
    if (link[which] === undefined)
      check.source.fail(path, `a cable has two ends: ${which} must be given, such as 'host/eth0'`);
    const end = check.mapping(here, endOf(link, which), `the end ${which}`);
    const isName = typeof link[which] === 'string';
    const namespace = checkName(check, namespaces, isName ? here : [...here, 'name'], end['name'], 'cable');
    const isPort = namespaces[namespace]?.['role'] === 'switch';
    check.keys(here, end, isPort ? PORT_KEYS : HOST_END_KEYS, isPort ? 'the port of a switch' : 'the end of a cable');
    checkLists(check, here, end);
  }
}

function kindOfLink(check: Checker, path: Path, link: Mapping): LinkKind {
  const ends = isPair(link) ? 'two' : 'one';
  const kinds = kindsOf(ends);
  const { kind = ends === 'two' ? USUAL_PAIR : undefined } = link;
  if (kind === undefined)
    check.source.fail(
      path,
      'a link has kind and name, such as { kind: macvlan, name: ns1/m1, parent: host/up0 }; a cable has a and b',
    );
  const found = kinds.find((each) => each.kind === kind);
  if (found) return found;
  const other = kindsOf(ends === 'two' ? 'one' : 'two').find((each) => each.kind === kind);
  if (other) {
    const mend = ends === 'two' ? 'it has a name, and no ends a and b' : 'it has two ends, a and b, and no name';
    check.source.fail(
      [...path, 'kind'],
      `a ${other.kind} is no ${ends === 'two' ? 'cable' : 'link with one end'}: ${mend}`,
    );
  }
  check.oneOf(
    [...path, 'kind'],
    kind,
    kinds.map((each) => each.kind),
  );
  throw new Error(`unreachable: ${kind}`);
}

/** @returns the namespace that the name says */
function checkName(check: Checker, namespaces: Mapping, path: Path, name: unknown, noun: string): string {
  if (name === undefined)
    check.source.fail(path, `name must be given: the namespace of the ${noun}, or with its name as in 'host/eth0'`);
  if (typeof name !== 'string' || !/^[^/]+(\/[^/]+)?$/.test(name))
    check.source.fail(
      path,
      `name must be a namespace, or a namespace and a device such as 'host/eth0': received ${show(name)}`,
    );
  const { namespace } = splitName(name);
  if (Object.hasOwn(namespaces, namespace)) return namespace;
  const names = Object.keys(namespaces);
  const all = names.join(', ');
  const others = all === '' ? 'the file has none' : `it must be one of ${all}`;
  const mend = didYouMean(namespace, names) ?? others;
  return check.source.fail(path, `there is no namespace ${show(namespace)}; ${mend}`);
}

/** What a link names must be made before it. */
function checkReferences(source: Source, topology: Topology): void {
  const devices = devicesOf(topology);
  const named = devices.map(({ name }) => name);
  const bridges = Object.entries(topology.namespaces).flatMap(([name, value]) =>
    value?.['role'] === 'switch' ? [`${name}/br0`] : [],
  );
  for (const [at, { options, path, name, kind }] of devices.entries()) {
    const { namespace, device } = splitName(name);
    if (device !== undefined && named.indexOf(name) !== at)
      source.fail(
        [...path, ...(path.length > 2 ? [] : ['name'])],
        `${name} is there already, at ${source.placeOf(devices[named.indexOf(name)]?.path ?? [])}`,
      );
    const early = ['parent', ...(kind?.isMaster ? [] : (kind?.deviceOptions ?? []))];
    const late = ['master', 'backupPort', ...(kind?.isMaster ? kind.deviceOptions : [])];
    for (const option of [...early, ...late]) {
      const value = options[option];
      if (typeof value !== 'string') continue;
      const wanted = deviceName(value, namespace);
      if (bridges.includes(wanted)) continue;
      const found = named.indexOf(wanted);
      if (found >= 0 && (found < at || late.includes(option))) continue;
      if (found >= 0)
        source.fail(
          [...path, option],
          `${wanted} is made further down, at ${source.placeOf(devices[found]?.path ?? [])}: put it before this link`,
        );
      // The lab names some devices itself.
      const isNamedByLab = named.includes(splitName(wanted).namespace);
      if (!isNamedByLab) failUnknownDevice(source, [...path, option], wanted, [...named, ...bridges]);
    }
  }
}

/** @throws UsageError that says the nearest device */
export function failUnknownDevice(source: Source, path: Path, name: string, known: readonly string[]): never {
  const mend = didYouMean(name, known) ?? `it must be one of ${known.join(', ') || 'none'}`;
  return source.fail(path, `there is no device ${show(name)}; ${mend}`);
}
