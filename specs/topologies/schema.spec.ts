import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'hairpin';
import { parse } from 'yaml';
import { ownKinds } from '../../lib/links/registry.ts';
import { topologySchema } from './topology-schema.ts';

const FILE = fileURLToPath(new URL('../../schemas/topology.json', import.meta.url));

const validate = new Ajv2020({ allowUnionTypes: true }).compile(topologySchema());
const accepts = (yaml: string) => validate(parse(yaml));

// `npx vitest run specs/topologies/schema.spec.ts -u` writes it.
test('the published schema is the one that the option tables make', async () => {
  await expect(`${printed(topologySchema())}\n`).toMatchFileSnapshot(FILE);
});

test('it has every option of every kind', () => {
  const { $defs } = topologySchema() as { $defs: Record<string, { properties: object }> };
  for (const { kind, options } of ownKinds())
    expect(Object.keys($defs[kind]?.properties ?? {})).toEqual(expect.arrayContaining([...options.keys()]));
});

describe('it accepts', () => {
  test.for([
    'namespaces: { a: , r: { role: router }, sw: { role: switch, vlanFiltering: true, subnets: [10.1.0.0/24] } }',
    'namespaces: { a: , b: }\nlinks: [{ a: a, b: { name: b/eth0, address: [10.0.0.1/24], up: false } }]',
    'namespaces: { a: }\nlinks: [{ kind: macvlan, name: a/m1, parent: a/eth0, mode: bridge }]',
    'namespaces: { a: { routes: [{ to: default, nextHops: [{ via: 10.0.0.1, weight: 2 }] }], exec: [ip link] } }',
    'namespaces: { a: }\nlinks: [{ kind: vxlan, name: a/vx, id: 7, fdb: [{ mac: "00:00:00:00:00:00", dst: 192.0.2.1 }], ttl: inherit }]',
    'namespaces: { a: }\nlinks: [{ kind: dummy, name: a/d0, qdiscs: [{ kind: tbf, rate: 1mbit, burst: 1600, limit: 9000 }] }]',
    'namespaces: { a: }\nlinks: [{ kind: dummy, name: a/d0, filters: [{ parent: ingress, matchall: {}, actions: [{ mirred: { egress: mirror, dev: lo } }, drop] }] }]',
  ])('%s', (yaml) => {
    expect(accepts(yaml), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('it refuses', () => {
  test.for([
    'links: []',
    'namespaces: { a: { rotes: [] } }',
    'namespaces: { sw: { role: switch, routes: [] } }',
    'namespaces: { a: }\nlinks: [{ a: a, b: { name: a, mac: 12 } }]',
    'namespaces: { a: }\nlinks: [{ kind: macvlan, name: a/m1, parent: a/eth0, mode: brdige }]',
    'namespaces: { a: }\nlinks: [{ kind: macvln, name: a/m1 }]',
    'namespaces: { a: }\nlinks: [{ kind: macvlan, name: a/m1, parent: a/eth0, id: 7 }]',
    'namespaces: { a: { rules: [{ from: 10.0.0.0/8, tabel: 7 }] } }',
    'namespaces: { a: }\nlinks: [{ kind: dummy, name: a/d0, qdiscs: [{ kind: tbf, bands: 3 }] }]',
    'namespaces: { a: }\nlinks: [{ kind: dummy, name: a/d0, filters: [{ parent: ingress, matchall: {}, action: dorp }] }]',
  ])('%s', (yaml) => {
    expect(accepts(yaml)).toBe(false);
  });
});

/** JSON in lines of up to 120 characters. */
function printed(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (indent.length + line.length <= 110 || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const members = Object.entries(value).map(
    ([key, each]) => `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${printed(each, inner)}`,
  );
  return `${isList ? '[' : '{'}\n${members.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}
