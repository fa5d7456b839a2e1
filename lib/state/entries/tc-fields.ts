import { flag, ip, mac, u32 } from '../../netlink/codec/scalars.ts';
import { among, anyOf, exactly, from, listOf, type ValueRule } from '../../netlink/codec/value-rule.ts';
import { CHECKSUMS } from '../../netlink/tc/act-csum.ts';
import { markValue, PTYPE_WORDS } from '../../netlink/tc/act-skbedit.ts';
import { etherType, FLOWER_KEYS } from '../../netlink/tc/flower.ts';
import { tcControl as control } from '../../netlink/tc/tc-control.ts';
import { tcHandle } from '../../netlink/tc/tc-handle.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { deviceName, type Field, type Fields, inner, one } from './fields.ts';

const flags: Fields = { classid: tcHandle, skipHw: flag, skipSw: flag, verbose: flag };

const keys = Object.entries(FLOWER_KEYS).map(([name, { rule }]) => [name, rule] as const);
const flower: Fields = { indev: deviceName, ...Object.fromEntries(keys), ...flags };

const byte = from(0, 255);
const tag = one({ id: from(0, 4095), protocol: among('802.1Q', '802.1ad'), priority: from(0, 7) });
const redirection = among('redirect', 'mirror');
/** `skb->priority` as a number, or a class. */
const priority = anyOf(u32, tcHandle);

/** Two of a kind, in their order, or one. */
function rangeOf(rule: string, parts: (value: string) => readonly unknown[]): ValueRule {
  return {
    rule,
    accept: (value) => {
      const [least, most = least, ...more] = parts(String(value));
      return least === undefined || most === undefined || more.length > 0 ? undefined : value;
    },
  };
}

const addresses: ValueRule = {
  ...rangeOf('an IP address, or two such as 10.0.0.1-10.0.0.9', (value) => {
    const all = value.split('-');
    return new Set(all.map(familyOf)).size === 1 ? all.map((each) => familyOf(each) && each) : [];
  }),
  schema: { type: 'string' },
};

const ports: ValueRule = {
  ...rangeOf('a port from 1 to 65535, or two such as 1000-2000', (value) =>
    value.split('-').map((each) => from(1, 65535).accept(Number(each))),
  ),
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 65535 },
      { type: 'string', pattern: '^\\d+-\\d+$' },
    ],
  },
};

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
    ...{ mark: markValue, priority, queueMapping: from(0, 65535) },
    ...{ ptype: among(...PTYPE_WORDS), inheritdsfield: flag, control },
  }),
  csum: one({ update: listOf(among(...CHECKSUMS)), control }),
  tunnelKey: one({
    ...{
      set: one({ srcIp: ip, dstIp: ip, id: u32, dstPort: from(1, 65535), tos: byte, ttl: byte, nocsum: flag }),
    },
    ...{ unset: flag, control },
  }),
  ct: one({
    ...{ commit: flag, force: flag, clear: flag, zone: from(0, 65535), mark: markValue },
    ...{ nat: one({ src: addresses, dst: addresses, port: ports }), control },
  }),
});

const filterParent: Field = {
  ...anyOf(among('ingress', 'egress'), tcHandle),
  rule: "'ingress', 'egress', or the handle of a queueing discipline such as '1:'",
};

/** What tells a filter from the others of a device. */
export const filterKeyFields = {
  parent: filterParent,
  protocol: etherType,
  pref: from(1, 65535),
  chain: from(0, 2 ** 28 - 1),
  handle: from(1, 2 ** 32 - 1),
};

export const filterFields = { ...filterKeyFields, flower: one(flower), matchall: one(flags), actions: action };

const parent = anyOf(exactly('root', "'root'"), tcHandle);

/** Where a queueing discipline is. */
export const qdiscPlaceFields = { parent, handle: tcHandle };
