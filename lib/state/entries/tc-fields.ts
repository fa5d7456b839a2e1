import { CHECKSUMS } from '../../netlink/act-csum.ts';
import { markValue, PTYPE_WORDS } from '../../netlink/act-skbedit.ts';
import { etherType, FLOWER_KEYS } from '../../netlink/flower.ts';
import { flag, ip, mac, u32 } from '../../netlink/scalars.ts';
import { tcControl as control } from '../../netlink/tc-control.ts';
import { tcHandle } from '../../netlink/tc-handle.ts';
import { among, anyOf, exactly, from, listOf } from '../../netlink/value-rule.ts';
import { deviceName, type Field, type Fields, inner, one } from './fields.ts';

const flags: Fields = { classid: tcHandle, skipHw: flag, skipSw: flag, verbose: flag };

const keys = Object.entries(FLOWER_KEYS).map(([name, { rule }]) => [name, rule] as const);
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
