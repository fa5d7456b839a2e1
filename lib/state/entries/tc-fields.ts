import { CHECKSUMS } from '../../netlink/act-csum.ts';
import { markValue, PTYPE_WORDS } from '../../netlink/act-skbedit.ts';
import { etherType, FLOWER_KEYS } from '../../netlink/flower.ts';
import type { Masked, Value } from '../../netlink/masked.ts';
import { selector } from '../../netlink/qdisc-kinds.ts';
import { controlField as control } from '../../netlink/tc-control.ts';
import { handleField } from '../../netlink/tc-handle.ts';
import { rateField as rate } from '../../netlink/tc-rate.ts';
import { familyOf } from '../../wire/ip-address.ts';
import {
  deviceName,
  type Field,
  type Fields,
  flag,
  from,
  inner,
  ip,
  listOf,
  mac,
  number32,
  one,
  oneOf,
} from './fields.ts';

/** A value of a filter, checked and normalized by how it travels. */
function fieldOf(...values: readonly (Value | Masked)[]): Field {
  return {
    rule: values.map(({ rule }) => rule).join(', or '),
    schema: { anyOf: values.map(({ schema }) => schema) },
    read: (given) => {
      for (const value of values) {
        const read = 'split' in value ? joined(value, given) : plain(value, given);
        if (read !== undefined) return read;
      }
      return undefined;
    },
  };
}

function joined(of: Masked, given: unknown): unknown {
  const parts = of.split(given);
  return parts && of.join(parts.value, parts.mask);
}

function plain(of: Value, given: unknown): unknown {
  const bytes = of.bytesOf(given);
  return bytes && of.textOf(bytes);
}

const flags: Fields = { classid: handleField, skipHw: flag, skipSw: flag, verbose: flag };

const keys = Object.entries(FLOWER_KEYS).map(([name, { values }]) => [name, fieldOf(...values)] as const);
const flower: Fields = { indev: deviceName, ...Object.fromEntries(keys), ...flags };

const byte = from(0, 255);
const tag = one({ id: from(0, 4095), protocol: oneOf('802.1Q', '802.1ad'), priority: from(0, 7) });
const redirection = oneOf('redirect', 'mirror');
/** `skb->priority` as a number, or a class. */
const priority: Field = {
  rule: `${number32.rule}, or ${handleField.rule}`,
  schema: { anyOf: [number32.schema ?? {}, handleField.schema] },
  read: (value) => number32.read(value) ?? handleField.read(value),
};

/** Two of a kind, in their order, or one. */
function rangeOf(rule: string, parts: (value: string) => readonly unknown[]): Pick<Field, 'rule' | 'read'> {
  return {
    rule,
    read: (value) => {
      const [least, most = least, ...more] = parts(String(value));
      return least === undefined || most === undefined || more.length > 0 ? undefined : value;
    },
  };
}

const addresses: Field = {
  ...rangeOf('an IP address, or two such as 10.0.0.1-10.0.0.9', (value) => {
    const all = value.split('-');
    return new Set(all.map(familyOf)).size === 1 ? all.map((each) => familyOf(each) && each) : [];
  }),
  schema: { type: 'string' },
};

const ports: Field = {
  ...rangeOf('a port from 1 to 65535, or two such as 1000-2000', (value) =>
    value.split('-').map((each) => from(1, 65535).read(Number(each))),
  ),
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 65535 },
      { type: 'string', pattern: '^\\d+-\\d+$' },
    ],
  },
};

const action = inner({
  gact: one({ control, random: one({ type: oneOf('determ', 'netrand'), control, val: from(0, 65535) }) }),
  mirred: one({ egress: redirection, ingress: redirection, dev: deviceName, control }),
  vlan: one({
    push: tag,
    modify: tag,
    pop: flag,
    popEth: flag,
    pushEth: one({ dstMac: mac, srcMac: mac }),
    control,
  }),
  skbedit: one({
    ...{ mark: fieldOf(markValue), priority, queueMapping: from(0, 65535) },
    ...{ ptype: oneOf(...PTYPE_WORDS), inheritdsfield: flag, control },
  }),
  csum: one({ update: listOf(oneOf(...CHECKSUMS)), control }),
  tunnelKey: one({
    ...{
      set: one({ srcIp: ip, dstIp: ip, id: number32, dstPort: from(1, 65535), tos: byte, ttl: byte, nocsum: flag }),
    },
    ...{ unset: flag, control },
  }),
  ct: one({
    ...{ commit: flag, force: flag, clear: flag, zone: from(0, 65535), mark: fieldOf(markValue) },
    ...{ nat: one({ src: addresses, dst: addresses, port: ports }), control },
  }),
});

const filterParent: Field = {
  rule: "'ingress', 'egress', or the handle of a queueing discipline such as '1:'",
  schema: { type: 'string' },
  read: (value) => (value === 'ingress' || value === 'egress' ? value : handleField.read(value)),
};

/** What tells a filter from the others of a device. */
export const filterKeyFields = {
  parent: filterParent,
  protocol: fieldOf(etherType),
  pref: from(1, 65535),
  chain: from(0, 2 ** 28 - 1),
  handle: from(1, 2 ** 32 - 1),
};

export const filterFields = { ...filterKeyFields, flower: one(flower), matchall: one(flags), actions: action };

const parent: Field = {
  rule: `'root', or ${handleField.rule}`,
  schema: { type: 'string' },
  read: (value) => (value === 'root' ? value : handleField.read(value)),
};

const upTo = (unit: string, most: number): Field => ({
  rule: `${unit}, 0 to ${most}`,
  schema: { type: 'number', minimum: 0, maximum: most },
  read: (value) => (typeof value === 'number' && value >= 0 && value <= most ? value : undefined),
});

const milliseconds = upTo('milliseconds', 4294967);
const percent = upTo('percent', 100);

const powerOf2: Field = {
  rule: 'a power of 2, up to 65536',
  schema: { type: 'integer', minimum: 1, maximum: 65536 },
  read: (value) => (Number.isInteger(Math.log2(Number(value))) && Number(value) <= 65536 ? value : undefined),
};

const size = from(1, 2 ** 32 - 1);
const fifo = { limit: number32 };
const codel = { limit: number32, target: milliseconds, interval: milliseconds, ecn: flag, ceThreshold: milliseconds };

/** Where a queueing discipline is. */
export const qdiscPlaceFields = { parent, handle: handleField };

/** The options of each kind. */
export const qdiscFields: Readonly<Record<string, Fields>> = {
  ...{ clsact: {}, ingress: {}, pfifo: fifo, bfifo: fifo, pfifo_head_drop: fifo },
  prio: { bands: from(2, 16), priomap: listOf(from(0, 15)) },
  codel,
  fq_codel: {
    ...codel,
    ...{ flows: from(1, 65536), quantum: number32, ceThresholdSelector: fieldOf(selector) },
    ...{ memoryLimit: number32, dropBatch: number32 },
  },
  fq: {
    ...{ limit: number32, flowLimit: number32, quantum: number32, initialQuantum: number32, maxrate: rate },
    ...{ buckets: powerOf2, orphanMask: number32, pacing: flag, refillDelay: milliseconds, lowRateThreshold: rate },
    ...{ ceThreshold: milliseconds, timerSlack: upTo('milliseconds', 4294), horizon: milliseconds, horizonDrop: flag },
  },
  sfq: {
    ...{ limit: number32, perturb: from(0, 2 ** 31 - 1), quantum: number32, divisor: powerOf2, flows: from(1, 65536) },
    ...{ depth: from(1, 127), headdrop: flag },
  },
  tbf: { rate, burst: size, limit: size, peakrate: rate, mtu: size },
  netem: {
    ...{ limit: number32, delay: milliseconds, jitter: milliseconds, loss: percent, duplicate: percent },
    ...{ reorder: percent, corrupt: percent, rate },
  },
};
