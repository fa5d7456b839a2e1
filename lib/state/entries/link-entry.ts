import { unlessError } from '../../base/has-code.ts';
import { UsageError } from '../../base/validate.ts';
import { AF_BRIDGE } from '../../kernel/constants.ts';
import { bridgePort, isBridgePort, PORT_OPTIONS, type PortOptions, portSettings } from '../../links/bridge-port.ts';
import { linkKinds, settingsOf } from '../../links/registry.ts';
import { flag, ip, mac } from '../../netlink/codec/scalars.ts';
import { anyOf, checkByRule, listOf, text, whole, word } from '../../netlink/codec/value-rule.ts';
import { ipLink, type LinkState, OPER_STATES } from '../../netlink/link.ts';
import { ADDR_GEN_MODES } from '../../netlink/link-inet6.ts';
import { describeEntry, nameOrNone } from './entry-kind.ts';
import { deviceName, type Field, inner } from './fields.ts';

/** A device, as `ip link` has it. */
export interface LinkEntry extends Omit<LinkState, Numbers | 'addrgenmode'> {
  /** Its master: a bridge, a bond, a VRF. */
  master: string | undefined;
  /** The device below, or the other end of a cable; `if7` if it is in another namespace. */
  link: string | undefined;
  /** How IPv6 makes the lower half of the addresses that the device gives itself. */
  addrgenmode: string | undefined;
  /** The settings of its kind in the kernel: `{ mode: 'vepa', … }`. Undefined for a kind that hairpin does not know. */
  settings: Readonly<Record<string, unknown>> | undefined;
  /** The settings of a bridge port: `{ hairpin: true, … }`; undefined if it is not a port. */
  port: PortOptions | undefined;
}

/** What an entry says by names, or not at all. */
type Numbers = 'master' | 'link' | 'linkNamespaceId' | 'hardware' | 'xdpProgram' | 'data' | 'slaveKind' | 'slaveData';

export const linkEntry = describeEntry<LinkState, LinkEntry>({
  noun: 'link',
  monitored: ['link'],
  family: ipLink,
  // Of a port alone (br_ifinfo_notify): it has next to nothing of the device.
  isTold: (family) => family !== AF_BRIDGE,
  fields: {
    ...{ name: deviceName, index: whole, kind: text, mac, mtu: whole, up: flag, carrier: flag },
    operState: word(...Object.keys(OPER_STATES)),
    ...{ arp: flag, promiscuous: flag, allMulticast: flag, promiscuity: whole },
    ...{ master: deviceName, link: deviceName, xdp: flag },
    ...{ altnames: listOf(text), addrgenmode: word(...ADDR_GEN_MODES), token: ip, protodown: flag },
    protodownReasons: listOf(whole),
    // Kinds may be defined at any time.
    get settings() {
      return inner(settingFields());
    },
    port: inner(
      Object.fromEntries(
        PORT_OPTIONS.map((name) => [name, checkedBy((...given) => checkByRule(bridgePort.rows[name].of, ...given))]),
      ),
    ),
  },
  entries: (link, names) => [
    {
      ...{ name: link.name, index: link.index, kind: link.kind, mac: link.mac, mtu: link.mtu },
      ...{ up: link.up, carrier: link.carrier, operState: link.operState, arp: link.arp },
      ...{ promiscuous: link.promiscuous, allMulticast: link.allMulticast, promiscuity: link.promiscuity },
      master: nameOrNone(names, link.master),
      link: link.linkNamespaceId === undefined ? nameOrNone(names, link.link) : `if${link.link}`,
      xdp: link.xdp,
      ...{ altnames: link.altnames, addrgenmode: link.addrgenmode, token: link.token },
      ...{ protodown: link.protodown, protodownReasons: link.protodownReasons },
      settings: settingsOf(link),
      port: isBridgePort(link) ? portSettings(link) : undefined,
    },
  ],
  isOf: ({ name }, device) => name === device,
});

type Check = (call: string, option: string, value: unknown) => void;

/** The settings of all kinds. Two kinds may have one of a name, with other values. */
function settingFields(): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (const { told } of linkKinds()) {
    for (const [name, { check }] of told) {
      const [own, other] = [checkedBy(check), fields[name]];
      fields[name] = other ? anyOf(other, own) : own;
    }
  }
  return fields;
}

function checkedBy(check: Check): Field {
  return {
    rule: 'a value that its option takes',
    accept: (value) =>
      unlessError(UsageError, () => {
        check('', '', value);
        return value;
      }),
  };
}
