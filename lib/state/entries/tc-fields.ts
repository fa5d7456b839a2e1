import { CHECKSUMS } from '../../netlink/act-csum.ts';
import { markValue, PTYPE_WORDS } from '../../netlink/act-skbedit.ts';
import { etherType, FLOWER_KEYS } from '../../netlink/flower.ts';
import type { Masked, Value } from '../../netlink/masked.ts';
import { selector } from '../../netlink/qdisc-kinds.ts';
import { flag, ip, mac, u32 } from '../../netlink/scalars.ts';
import { tcControl as control } from '../../netlink/tc-control.ts';
import { tcHandle } from '../../netlink/tc-handle.ts';
import { among, anyOf, exactly, from, listOf, time } from '../../netlink/value-rule.ts';
import { deviceName, type Field, type Fields, inner, one } from './fields.ts';

/** A value of a filter, checked and normalized by how it travels. */
function fieldOf(...values: readonly (Value | Masked)[]): Field {
  return anyOf(...values.map((value) => ({ ...value, accept: (given: unknown) => said(value, given) })));
}

function said(of: Value | Masked, given: unknown): unknown {
  if ('bytesOf' in of) {
    const bytes = of.bytesOf(given);
    return bytes && of.textOf(bytes);
  }
  const parts = of.split(given);
  return parts && of.join(parts.value, parts.mask);
}

const flags: Fields = { classid: tcHandle, skipHw: flag, skipSw: flag, verbose: flag };

const keys = Object.entries(FLOWER_KEYS).map(([name, { values }]) => [name, fieldOf(...values)] as const);
const flower: Fields = { indev: deviceName, ...Object.fromEntries(keys), ...flags };

const byte = from(0, 255);
const tag = one({ id: from(0, 4095), protocol: among('802.1Q', '802.1ad'), priority: from(0, 7) });
const redirection = among('redirect', 'mirror');
/** `skb->priority` as a number, or a class. */
const priority = anyOf(u32, tcHandle);

const action = inner({
  gact: one({ control, random: one({ type: among('determ', 'netrand'), control, val: from(0, 65535) }) }),
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
    ...{ ptype: among(...PTYPE_WORDS), inheritdsfield: flag, control },
  }),
  csum: one({ update: listOf(among(...CHECKSUMS)), control }),
  tunnelKey: one({
    ...{
      set: one({ srcIp: ip, dstIp: ip, id: u32, dstPort: from(1, 65535), tos: byte, ttl: byte, nocsum: flag }),
    },
    ...{ unset: flag, control },
  }),
});

const filterParent: Field = {
  ...anyOf(among('ingress', 'egress'), tcHandle),
  rule: "'ingress', 'egress', or the handle of a queueing discipline such as '1:'",
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

const parent = anyOf(exactly('root', "'root'"), tcHandle);
const milliseconds = time('milliseconds', 0, 4294967);

const fifo = { limit: u32 };
const codel = { limit: u32, target: milliseconds, interval: milliseconds, ecn: flag, ceThreshold: milliseconds };

/** Where a queueing discipline is. */
export const qdiscPlaceFields = { parent, handle: tcHandle };

/** The options of each kind. */
export const qdiscFields: Readonly<Record<string, Fields>> = {
  ...{ clsact: {}, ingress: {}, pfifo: fifo, bfifo: fifo, pfifo_head_drop: fifo },
  prio: { bands: from(2, 16), priomap: listOf(from(0, 15)) },
  codel,
  fq_codel: {
    ...codel,
    ...{ flows: from(1, 65536), quantum: u32, ceThresholdSelector: fieldOf(selector) },
    ...{ memoryLimit: u32, dropBatch: u32 },
  },
};
