import { isOfDevice } from '../report/script-sysctls.ts';
import { type Call, Ref } from './call.ts';
import { splitWords } from './split-words.ts';
import type { Path, Said, Topology } from './topology.ts';
import { withoutLists } from './topology-keys.ts';

/** A namespace that a topology says something of. */
export interface Node {
  readonly name: string;
  readonly said: Said;
  readonly path: Path;
}

export function namespaceCall({ name, said, path }: Node): Call {
  const { role = 'host', sysctls: _, exec: __, ...others } = said;
  const rest = withoutLists(others);
  const method = ROLES[String(role)] ?? 'namespace';
  const options = method === 'switch' && Object.keys(rest).length > 0 ? [rest] : [];
  return { method, args: [name, ...options], makes: 'namespace', path };
}

export function sysctlCalls({ name, said, path }: Node, ofDevices: boolean): Call[] {
  return Object.entries((said['sysctls'] ?? {}) as Said)
    .filter(([key]) => isOfDevice(key) === ofDevices)
    .map(([key, value]) => ({
      on: new Ref(name, path),
      method: 'sysctl.set',
      args: [key, value],
      path: [...path, 'sysctls', key],
    }));
}

export function execCalls({ name, said, path }: Node): Call[] {
  return ((said['exec'] ?? []) as readonly (string | Said)[]).map((line, at) => {
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
export function withoutDefaultRoutes({ namespaces }: Topology, { name, said, path }: Node): Call[] {
  const hasRouter = Object.values(namespaces).some((each) => each?.['role'] === 'router');
  const isHost = (said['role'] ?? 'host') === 'host';
  if (!hasRouter || !isHost || said['routes'] === undefined) return [];
  return ([4, 6] as const).map((family) => ({
    ...{ on: new Ref(name, path), method: 'route.delete', args: [{ to: 'default', family }] },
    ...{ path: [...path, 'routes'], optional: true },
  }));
}

export function tableCalls({ name, said, path }: Node): Call[] {
  return Object.entries(TABLES).flatMap(([key, table]) =>
    ((said[key] ?? []) as readonly Said[]).map((entry, at) => ({
      on: new Ref(name, path),
      method: `${table}.add`,
      args: [entry],
      path: [...path, key, at],
    })),
  );
}

const ROLES: Readonly<Record<string, string>> = { host: 'namespace', router: 'router', switch: 'switch' };

const TABLES = {
  nexthops: 'nexthop',
  routes: 'route',
  mroutes: 'mroute',
  rules: 'rule',
  neighbours: 'neighbour',
} as const;
