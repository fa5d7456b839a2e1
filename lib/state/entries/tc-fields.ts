import { CHECKSUMS } from '../../netlink/act-csum.ts';
import { markValue, PTYPE_WORDS } from '../../netlink/act-skbedit.ts';
import { etherType, FLOWER_KEYS } from '../../netlink/flower.ts';
import type { Masked, Value } from '../../netlink/masked.ts';
import { selector } from '../../netlink/qdisc-kinds.ts';
import { controlField as control } from '../../netlink/tc-control.ts';
import { handleField } from '../../netlink/tc-handle.ts';
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
  object,
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
const tag = object({ id: from(0, 4095), protocol: oneOf('802.1Q', '802.1ad'), priority: from(0, 7) });
const redirection = oneOf('redirect', 'mirror');
/** `skb->priority` as a number, or a class. */
const priority: Field = {
  rule: `${number32.rule}, or ${handleField.rule}`,
  schema: { anyOf: [number32.schema ?? {}, handleField.schema] },
  read: (value) => number32.read(value) ?? handleField.read(value),
};

const action = inner({
  gact: object({ control, random: object({ type: oneOf('determ', 'netrand'), control, val: from(0, 65535) }) }),
  mirred: object({ egress: redirection, ingress: redirection, dev: deviceName, control }),
  vlan: object({
    push: tag,
    modify: tag,
    pop: flag,
    popEth: flag,
    pushEth: object({ dstMac: mac, srcMac: mac }),
    control,
  }),
  skbedit: object({
    ...{ mark: fieldOf(markValue), priority, queueMapping: from(0, 65535) },
    ...{ ptype: oneOf(...PTYPE_WORDS), inheritdsfield: flag, control },
  }),
  csum: object({ update: listOf(oneOf(...CHECKSUMS)), control }),
  tunnelKey: object({
    ...{
      set: object({ srcIp: ip, dstIp: ip, id: number32, dstPort: from(1, 65535), tos: byte, ttl: byte, nocsum: flag }),
    },
    ...{ unset: flag, control },
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

export const filterFields = { ...filterKeyFields, flower: object(flower), matchall: object(flags), actions: action };

const parent: Field = {
  rule: `'root', or ${handleField.rule}`,
  schema: { type: 'string' },
  read: (value) => (value === 'root' ? value : handleField.read(value)),
};

const milliseconds: Field = {
  rule: 'milliseconds, 0 to 4294967',
  schema: { type: 'number', minimum: 0, maximum: 4294967 },
  read: (value) => (typeof value === 'number' && value >= 0 && value <= 4294967 ? value : undefined),
};

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
};
