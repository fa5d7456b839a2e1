import { isOfDevice } from '../report/script/script-sysctls.ts';
import { OBJECT_KINDS } from '../state/objects/registry.ts';
import { FAMILIES } from '../wire/ip-address.ts';
import { type Call, Ref } from './call.ts';
import { splitWords } from './split-words.ts';
import type { Mapping, Path, Topology } from './topology.ts';
import { withoutLists } from './topology-keys.ts';

/** A namespace that a topology says something of. */
export interface Node {
  readonly name: string;
  readonly options: Mapping;
  readonly path: Path;
}

export function namespaceCall({ name, options, path }: Node): Call {
  const { role = 'host', sysctls: _, exec: __, ...others } = options;
  const ofSwitch = withoutLists(others);
  const method = ROLES[String(role)] ?? 'namespace';
  const more = method === 'switch' && Object.keys(ofSwitch).length > 0 ? [ofSwitch] : [];
  return { method, args: [name, ...more], makes: 'namespace', path };
}

export function sysctlCalls({ name, options, path }: Node, ofDevices: boolean): Call[] {
  return Object.entries((options['sysctls'] ?? {}) as Mapping)
    .filter(([key]) => isOfDevice(key) === ofDevices)
    .map(([key, value]) => ({
      on: new Ref(name, path),
      method: 'sysctl.set',
      args: [key, value],
      path: [...path, 'sysctls', key],
    }));
}

export function execCalls({ name, options, path }: Node): Call[] {
  return ((options['exec'] ?? []) as readonly (string | Mapping)[]).map((line, at) => {
    const { run, ...options } = typeof line === 'string' ? { run: line } : line;
    const [file = '', ...words] = splitWords(String(run));
    const more = Object.keys(options).length > 0 ? [options] : [];
    const args = [file, ...(words.length > 0 || more.length > 0 ? [words] : []), ...more];
    return { on: new Ref(name, path), method: 'exec', args, path: [...path, 'exec', at] };
  });
}

/**
 * A host gets the default route of a router on its segment by itself. A topology that says its routes says all of them, some
 * perhaps by `exec`.
 */
export function withoutDefaultRoutes({ namespaces }: Topology, { name, options, path }: Node): Call[] {
  const hasRouter = Object.values(namespaces).some((each) => each?.['role'] === 'router');
  const isHost = (options['role'] ?? 'host') === 'host';
  if (!hasRouter || !isHost || options['routes'] === undefined) return [];
  return FAMILIES.map((family) => ({
    ...{ on: new Ref(name, path), method: 'route.delete', args: [{ to: 'default', family }] },
    ...{ path: [...path, 'routes'], optional: true },
  }));
}

export function tableCalls({ name, options, path }: Node): Call[] {
  return Object.entries(TABLES).flatMap(([key, table]) =>
    ((options[key] ?? []) as readonly Mapping[]).map((entry, at) => ({
      on: new Ref(name, path),
      method: table,
      args: [entry],
      path: [...path, key, at],
    })),
  );
}

const ROLES: Readonly<Record<string, string>> = { host: 'namespace', router: 'router', switch: 'switch' };

const TABLES = {
  ...{
    nexthops: 'nexthop.add',
    routes: 'route.add',
    mroutes: 'mroute.add',
    rules: 'rule.add',
    neighbours: 'neighbour.add',
  },
  ...Object.fromEntries(
    OBJECT_KINDS.map(({ key, table, isSetting }) => [key, `${table}.${isSetting ? 'set' : 'add'}`]),
  ),
};
