import { show } from '../base/validate.ts';
import { Checker, didYouMean } from './checker.ts';
import type { Source } from './source.ts';
import type { Mapping, Path, Topology } from './topology.ts';

/** A containerlab file as a topology of ours. */
export interface Containerlab {
  readonly topology: Topology;
  /** What a lab has no place for, a line each. */
  readonly leftOut: readonly string[];
  /** Where the file says what stands at a place of the topology. */
  placeOf(path: Path): Path;
}

/** Whether a file is one of containerlab's. */
export function isContainerlab(data: unknown): data is Mapping {
  return typeof data === 'object' && data !== null && 'topology' in data;
}

/** What a link of containerlab has if nobody says its MTU (`DefaultLinkMTU`). */
const DEFAULT_LINK_MTU = 9500;

/** About the container, and nothing of the network that hairpin builds. */
const OF_CONTAINERS = [
  ...[
    'image',
    'image-pull-policy',
    'cmd',
    'entrypoint',
    'env',
    'env-files',
    'binds',
    'user',
    'labels',
    'group',
    'type',
  ],
  ...['ports', 'memory', 'cpu', 'cpu-set', 'restart-policy', 'healthcheck', 'position', 'license', 'auto-remove'],
  ...['mgmt-ipv4', 'mgmt-ipv6', 'aliases', 'startup-delay', 'shm-size', 'cap-add', 'devices', 'certificate', 'dns'],
];
const READ = ['kind', 'exec', 'sysctls', 'network-mode'];
/** Nodes that stand for something outside of the file. */
const SPECIAL = ['host', 'mgmt-net'];

/**
 * Reads a containerlab file whose nodes are of `kind: linux` (a host) or `kind: bridge` (a switch). Its links have no addresses, and
 * there is no management network: `exec` lines give addresses.
 *
 * @throws UsageError with file, line and column: another kind, a link to something outside, an unknown key
 */
export function readContainerlab(source: Source, data: Mapping): Containerlab {
  const reader = new Reader(source);
  reader.keys([], data, ['name', 'prefix', 'mgmt', 'settings', 'debug', 'topology'], 'a containerlab file');
  const inner = reader.mapping(['topology'], data['topology'], 'topology');
  reader.keys(['topology'], inner, ['defaults', 'kinds', 'groups', 'nodes', 'links'], 'topology');
  const nodes = Object.entries(reader.mapping(['topology', 'nodes'], inner['nodes'] ?? {}, 'nodes'));
  const namespaces = nodes.map(([name, value]): [string, Mapping | null] => [name, reader.node(inner, name, value)]);
  const links = reader.list(['topology', 'links'], inner['links']).map((link, at) => reader.link(namespaces, link, at));
  return {
    topology: { namespaces: Object.fromEntries(namespaces), links },
    leftOut: reader.leftOut,
    placeOf: (path) => reader.placeOf(path),
  };
}

class Reader extends Checker {
  readonly leftOut: string[] = [];
  /** How many lines of `exec` a node has from its kind and the like, before its own. */
  readonly #inherited = new Map<string, number>();

  /** Where the file says what stands at a place of the topology. */
  placeOf([first, at, key, index]: Path): Path {
    if (first === 'namespaces' && at !== undefined) {
      const node = ['topology', 'nodes', at];
      const line = Number(index) - (this.#inherited.get(String(at)) ?? 0);
      return key === 'exec' && line >= 0 ? [...node, key, line] : node;
    }
    if (first !== 'links' || at === undefined) return ['topology'];
    const link = ['topology', 'links', at];
    if (key === 'a' || key === 'b') return [...link, 'endpoints', key === 'a' ? 0 : 1];
    return key === undefined ? link : [...link, key];
  }

  /** A node has what it says itself, and of the rest what its group, its kind and the defaults say. */
  node(topology: Mapping, name: string, value: unknown): Mapping | null {
    const path = ['topology', 'nodes', name];
    const own = value === null ? {} : this.mapping(path, value, `the node ${name}`);
    const defaults = this.#part(topology, ['defaults']);
    const group = this.#part(topology, ['groups', own['group'] ?? defaults['group']]);
    const nodeKind = own['kind'] ?? group['kind'] ?? defaults['kind'];
    const ofKind = this.#part(topology, ['kinds', nodeKind]);
    for (const key of Object.keys(own)) this.#checkKey([...path, key], key);
    if (nodeKind !== 'linux' && nodeKind !== 'bridge') {
      const place = own['kind'] === undefined ? path : [...path, 'kind'];
      this.source.fail(
        place,
        `a lab has nodes of kind linux (a host) and bridge (a switch) only: received ${show(nodeKind)}`,
      );
    }
    const all: Mapping = { ...defaults, ...ofKind, ...group, ...own };
    const lists = [defaults, ofKind, group, own].flatMap(
      (each) => (each['exec'] as readonly unknown[] | undefined) ?? [],
    );
    this.#inherited.set(name, lists.length - ((own['exec'] as readonly unknown[] | undefined)?.length ?? 0));
    const sysctls = Object.assign({}, ...[defaults, ofKind, group, own].map((each) => each['sysctls'] ?? {}));
    if (all['network-mode'] !== undefined && all['network-mode'] !== 'none')
      this.source.fail(
        [...path, 'network-mode'],
        `network-mode must be none, since a lab has no other network: received ${show(all['network-mode'])}`,
      );
    const node = {
      ...(nodeKind === 'bridge' ? { role: 'switch' } : {}),
      ...(Object.keys(sysctls).length > 0 ? { sysctls } : {}),
      ...(lists.length > 0 ? { exec: lists } : {}),
    };
    return Object.keys(node).length > 0 ? node : null;
  }

  link(namespaces: readonly [string, unknown][], value: unknown, at: number): Mapping {
    const path = ['topology', 'links', at];
    const link = this.mapping(path, value, 'a link');
    this.keys(path, link, ['type', 'endpoints', 'mtu', 'labels', 'vars'], 'a link');
    if (link['type'] !== undefined && link['type'] !== 'veth')
      this.source.fail(
        [...path, 'type'],
        `a link of a lab leads from one node to another (veth): received ${show(link['type'])}`,
      );
    const ends = this.list([...path, 'endpoints'], link['endpoints']);
    if (ends.length !== 2)
      this.source.fail(
        [...path, 'endpoints'],
        `a link has two endpoints, such as ["a:eth1", "b:eth1"]: received ${show(link['endpoints'])}`,
      );
    const [a, b] = ends.map((end, which) => this.#end(namespaces, [...path, 'endpoints', which], end));
    return { a, b, mtu: link['mtu'] ?? DEFAULT_LINK_MTU };
  }

  #end(namespaces: readonly [string, unknown][], path: Path, end: unknown): Mapping {
    const endpoint = typeof end === 'string' ? splitEnd(end) : this.mapping(path, end, 'an endpoint');
    if (typeof end !== 'string') this.keys(path, endpoint, ['node', 'interface', 'mac'], 'an endpoint');
    const { node, interface: device, mac } = endpoint;
    if (typeof node !== 'string' || typeof device !== 'string')
      this.source.fail(path, `an endpoint must be a node and its interface, such as 'a:eth1': received ${show(end)}`);
    const names = namespaces.map(([name]) => name);
    const found = namespaces.find(([name]) => name === node);
    if (!found) {
      const why = SPECIAL.includes(node)
        ? `${node}: is outside of the lab, and a lab has no link to there`
        : `there is no node ${show(node)}; ${didYouMean(node, names) ?? `it must be one of ${names.join(', ')}`}`;
      this.source.fail(path, why);
    }
    const isSwitch = (found?.[1] as Mapping | null)?.['role'] === 'switch';
    return {
      name: `${node}/${device}`,
      ...(mac === undefined ? {} : { mac }),
      ...(isSwitch ? {} : { address: false }),
    };
  }

  #part(topology: Mapping, path: readonly unknown[]): Mapping {
    const value = path.reduce<unknown>((at, key) => Object(at)[String(key)], topology);
    if (value === undefined || value === null) return {};
    const here = ['topology', ...path.map(String)];
    const part = this.mapping(here, value, String(path.at(-1)));
    for (const key of Object.keys(part)) this.#checkKey([...here, key], key);
    return part;
  }

  /** What is about the container is noted; what hairpin does not know might be about the network. */
  #checkKey(path: Path, key: string): void {
    if (READ.includes(key)) return;
    if (OF_CONTAINERS.includes(key)) {
      const line = `${this.source.placeOf(path, 'key')}: ${key}, which is a container's: a node of a lab is a namespace`;
      if (!this.leftOut.includes(line)) this.leftOut.push(line);
      return;
    }
    const mend = didYouMean(key, [...READ, ...OF_CONTAINERS]) ?? `hairpin reads ${READ.join(', ')}`;
    this.source.fail(path, `there is no key ${show(key)} that a lab could follow; ${mend}`, 'key');
  }
}

/** `a:eth1` */
function splitEnd(text: string): Mapping {
  const at = text.indexOf(':');
  return at < 0 ? {} : { node: text.slice(0, at), interface: text.slice(at + 1) };
}
