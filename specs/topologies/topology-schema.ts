import { mrouteFields } from '../../lib/lab/tables/mroute-table.ts';
import { neighbourFields } from '../../lib/lab/tables/neighbour-table.ts';
import { routeFields } from '../../lib/lab/tables/route-options.ts';
import { bridge } from '../../lib/links/bridge.ts';
import { bridgePort, PORT_OPTIONS } from '../../lib/links/bridge-port.ts';
import type { LinkKind } from '../../lib/links/link-kind.ts';
import { ownKinds, USUAL_PAIR } from '../../lib/links/registry.ts';
import { portState } from '../../lib/netlink/bridge/port-state.ts';
import { VLAN_MULTICAST } from '../../lib/netlink/bridge/vlan-multicast.ts';
import type { JsonSchema } from '../../lib/netlink/codec/value-rule.ts';
import { QDISC_RULES } from '../../lib/netlink/tc/qdisc-kinds.ts';
import { tcControl } from '../../lib/netlink/tc/tc-control.ts';
import { type Fields, objectSchema } from '../../lib/state/entries/fields.ts';
import { nexthopFields } from '../../lib/state/entries/nexthop-entry.ts';
import { ruleEntry } from '../../lib/state/entries/rule-entry.ts';
import { filterFields, qdiscPlaceFields } from '../../lib/state/entries/tc-fields.ts';
import { OBJECT_KINDS } from '../../lib/state/objects/registry.ts';
import {
  BRIDGE_LISTS,
  HOST_END_KEYS,
  HOST_KEYS,
  kindsOf,
  linkKeys,
  PORT_KEYS,
  pairKeys,
  SWITCH_KEYS,
  TRAFFIC_LISTS,
} from '../../lib/topologies/topology-keys.ts';

/**
 * The JSON Schema of topology files, for editors: made from the tables that check the options of the library's calls. Kinds that
 * a spec has defined are not in it, since an editor runs no spec.
 */
export function topologySchema(): JsonSchema {
  const [singles, pairs] = [kindsOf('one', ownKinds()), kindsOf('two', ownKinds())];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'hairpin/schemas/topology.json',
    title: 'A topology of hairpin',
    description: 'What `lab.load()` builds: namespaces, cables and links, in the words of the calls that make them.',
    type: 'object',
    properties: {
      defaults: { enum: ['lab', 'kernel'], description: 'Whose settings the lab must have been made with.' },
      namespaces: {
        type: 'object',
        description: 'Hosts, routers and switches by their names.',
        additionalProperties: choice(
          { type: 'object', properties: { role: { const: 'switch' } }, required: ['role'] },
          { $ref: '#/$defs/switch' },
          { anyOf: [{ type: 'null' }, { $ref: '#/$defs/host' }] },
        ),
      },
      links: {
        type: 'array',
        description: 'Cables, which have the ends a and b, and other links, in the order in which they are made.',
        items: {
          type: 'object',
          ...choice({ required: ['a'] }, ofKind(pairs, USUAL_PAIR), { required: ['kind', 'name'], ...ofKind(singles) }),
        },
      },
    },
    required: ['namespaces'],
    additionalProperties: false,
    $defs: {
      host: ofKeys(HOST_KEYS, NAMESPACE),
      switch: ofKeys(SWITCH_KEYS, { ...optionsOf(bridge), ...NAMESPACE }),
      end: { anyOf: [NAME, ofKeys([...new Set([...HOST_END_KEYS, ...PORT_KEYS])], DEVICE, ['name'])] },
      ...forwarding(),
      ...trafficControl(),
      ...Object.fromEntries(
        pairs.map((kind) => [kind.kind, ofKeys(pairKeys(kind), { ...optionsOf(kind), ...DEVICE }, ['a', 'b'])]),
      ),
      ...Object.fromEntries(
        singles.map((kind) => [kind.kind, ofKeys(linkKeys(kind), { ...DEVICE, ...optionsOf(kind) }, ['name'])]),
      ),
    },
  };
}

/** The schema of the kind that a link names. */
function ofKind(kinds: readonly LinkKind[], usual?: string): JsonSchema {
  return {
    properties: { kind: { enum: kinds.map(({ kind }) => kind) } },
    allOf: kinds.map(({ kind }) =>
      choice(
        { properties: { kind: { const: kind } }, ...(kind === usual ? {} : { required: ['kind'] }) },
        { $ref: `#/$defs/${kind}` },
      ),
    ),
  };
}

/** What must hold of a value that a condition holds of, and of any other. */
function choice(condition: JsonSchema, then: JsonSchema, otherwise?: JsonSchema): JsonSchema {
  return { if: condition, then, ...(otherwise ? { else: otherwise } : {}) };
}

function ofKeys(
  keys: readonly string[],
  schemas: Readonly<Record<string, JsonSchema>>,
  required: string[] = [],
): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map((key) => [key, schemas[key] ?? {}])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function optionsOf({ options }: LinkKind): Record<string, JsonSchema> {
  return Object.fromEntries(
    [...options].map(([name, { schema = {}, rule }]) => [name, { ...(rule && { description: rule }), ...schema }]),
  );
}

const TEXT = { type: 'string' } as const;
const SWITCHED = { type: 'boolean' } as const;
const VLAN = { type: 'integer', minimum: 1, maximum: 4094 } as const;
const ROW = { type: 'string', pattern: '^\\d+-\\d+$' } as const;
const NAME = { ...TEXT, description: 'host/eth0; host alone leaves the name to the lab' };
const PLACE = { ...TEXT, description: 'A device, host/eth0; without a namespace one of the same' };

function listOf(items: JsonSchema): JsonSchema {
  return { type: ['array', 'null'], items };
}

function entries(fields: Fields): JsonSchema {
  return listOf(objectSchema(fields));
}

const LISTS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  [...BRIDGE_LISTS, ...TRAFFIC_LISTS].map((name) => [name, { $ref: `#/$defs/${name}` }]),
);

/** What a namespace may have. */
const NAMESPACE: Readonly<Record<string, JsonSchema>> = {
  role: { enum: ['host', 'router', 'switch'] },
  sysctls: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
  exec: listOf({
    anyOf: [
      TEXT,
      { type: 'object', properties: { run: TEXT, input: TEXT }, required: ['run'], additionalProperties: false },
    ],
  }),
  nexthops: entries(nexthopFields),
  routes: entries(routeFields),
  mroutes: entries(mrouteFields),
  rules: entries(ruleEntry.fields),
  neighbours: entries(neighbourFields),
  ...Object.fromEntries(OBJECT_KINDS.map(({ key, fields }) => [key, entries(fields as Fields)])),
  subnets: { type: 'array', items: TEXT },
  ...LISTS,
};

/** What a device may have. */
const DEVICE: Readonly<Record<string, JsonSchema>> = {
  name: NAME,
  a: { $ref: '#/$defs/end' },
  b: { $ref: '#/$defs/end' },
  parent: PLACE,
  master: PLACE,
  backupPort: PLACE,
  mac: TEXT,
  mtu: { type: 'integer', minimum: 68, maximum: 65535 },
  address: { anyOf: [TEXT, { type: 'array', items: TEXT }, { const: false }] },
  up: SWITCHED,
  promiscuous: SWITCHED,
  ...Object.fromEntries(PORT_OPTIONS.map((option) => [option, bridgePort.rows[option].of.schema ?? {}])),
  ...LISTS,
};

function trafficControl(): Readonly<Record<string, JsonSchema>> {
  const kinds = Object.entries(QDISC_RULES);
  const actions = { anyOf: [tcControl.schema ?? {}, objectSchema(filterFields.actions.inner ?? {})] };
  const filter = objectSchema(filterFields) as { properties: object };
  return {
    qdiscs: listOf({
      type: 'object',
      properties: { kind: { enum: kinds.map(([kind]) => kind) } },
      required: ['kind'],
      allOf: kinds.map(([kind, fields]) => {
        const place = kind === 'clsact' || kind === 'ingress' ? {} : qdiscPlaceFields;
        const { properties } = objectSchema({ ...place, ...fields }) as { properties: object };
        const condition = { properties: { kind: { const: kind } } };
        return choice(condition, { properties: { kind: {}, ...properties }, additionalProperties: false });
      }),
    }),
    filters: listOf({
      ...filter,
      properties: { ...filter.properties, action: actions, actions: listOf(actions) },
      required: ['parent'],
    }),
  };
}

function forwarding(): Readonly<Record<string, JsonSchema>> {
  const vlan = {
    id: { anyOf: [VLAN, ROW] },
    pvid: SWITCHED,
    untagged: SWITCHED,
    state: portState.schema ?? {},
    neighSuppress: SWITCHED,
    mcastRouter: bridgePort.rows.mcastRouter.of.schema ?? {},
    mcastMaxGroups: bridgePort.rows.mcastMaxGroups.of.schema ?? {},
    tunnelId: { anyOf: [{ type: 'integer', minimum: 1 }, ROW] },
  };
  const number = { type: 'integer', minimum: 0 };
  return {
    vlans: listOf({ type: 'object', properties: vlan, required: ['id'], additionalProperties: false }),
    fdb: listOf({
      type: 'object',
      properties: {
        ...{ mac: TEXT, port: {}, vlan: VLAN, sticky: SWITCHED, dst: TEXT, vni: number, srcVni: number, via: PLACE },
        ...{ nhid: number, dynamic: SWITCHED, externLearn: SWITCHED, router: SWITCHED, local: SWITCHED, use: SWITCHED },
      },
      required: ['mac'],
      additionalProperties: false,
    }),
    mdb: listOf({
      type: 'object',
      properties: { group: TEXT, port: PLACE, vlan: VLAN, src: TEXT, state: { enum: ['permanent', 'temp'] } },
      required: ['group', 'port'],
      additionalProperties: false,
    }),
    mst: listOf({
      type: 'object',
      properties: { msti: number, id: vlan.id, port: PLACE, state: vlan.state },
      required: ['msti'],
      additionalProperties: false,
    }),
    vlanMulticast: listOf(ofKeys(['id', ...VLAN_MULTICAST], { ...optionsOf(bridge), id: vlan.id }, ['id'])),
  };
}
