import { checkOptions, show, UsageError, wrongOption } from '../base/validate.ts';
import { PORT_OPTIONS } from './bridge-port.ts';
import { describeLink } from './describe-link.ts';
import type { LinkDescription, Lower } from './link-description.ts';
import type { LinkKind } from './link-kind.ts';
import { readableOf } from './link-option.ts';
import { ownKind } from './registry.ts';
import type { Settings } from './setting.ts';

/** Properties and options of every interface: no setting of a kind can have such a name. */
const TAKEN_NAMES: readonly string[] = [
  ...['namespace', 'index', 'kind', 'segment', 'parent', 'peer', 'children', 'master', 'bridge', 'isPort', 'ports'],
  ...['fdb', 'mdb', 'mst', 'vlan', 'vlanMulticast', 'impair', 'qdisc', 'filter'],
  ...['name', 'mac', 'mtu', 'up', 'promiscuous', 'backupPort', 'address', 'settings', 'queues', 'open'],
  ...['altnames', 'addrgenmode', 'token', 'protodown', 'protodownReasons', 'allMulticast', 'arp', 'queueId', 'prio'],
  ...['set', 'delete', 'state', 'deleted', 'constructor', 'toString', 'toJSON'],
  ...PORT_OPTIONS,
];

/**
 * Defines a kind of link. From then on `ns.link` makes such links, and `supports`, scripts, drawings and failures know
 * them. The kernel's names and numbers are in linux/if_link.h. A module that is loaded again may define its kind again.
 *
 * @param kind the name in `ip link add … type`
 * @throws UsageError for a kind that hairpin itself defines, or an invalid description
 * @example
 * const bareudp = defineLink('bareudp', {
 *   option: 'BAREUDP',
 *   trial: { dstport: 6635, ethertype: 0x8847 },
 *   settings: {
 *     dstport: setting('IFLA_BAREUDP_PORT', 1, netlink.be16, { required: true }),
 *     ethertype: setting('IFLA_BAREUDP_ETHERTYPE', 2, netlink.be16, { required: true }),
 *   },
 * });
 * const tunnel = ns1.link(bareudp, { dstport: 6635, ethertype: 0x8847 });
 */
export function defineLink<
  const K extends string,
  S extends Settings = Record<never, never>,
  const L extends Lower = 'none',
>(kind: K, description: LinkDescription<S, L>): LinkKind<K, S, L> {
  checkDescription(kind, description);
  return describeLink(kind, description);
}

/** Everything that a description may have, in the order of its documentation. */
const DESCRIBED: Record<keyof LinkDescription, true> = {
  ...{ option: true, dependsOn: true, module: true, needed: true, trial: true, refusesTrial: true },
  ...{ making: true, varies: true },
  ...{
    lower: true,
    skipsItsKind: true,
    takesRxHandler: true,
    end: true,
    encrypts: true,
    hidesLowerNamespace: true,
    downWithLower: true,
  },
  ...{ staysUp: true, bornWithCarrier: true },
  ...{
    settings: true,
    status: true,
    lists: true,
    apart: true,
    changesWhole: true,
    refusesChange: true,
    complete: true,
  },
  ...{ mac: true, withoutMac: true, fixedMac: true, noArp: true, carries: true, ethernet: true, outerHeader: true },
  ...{
    knownQueues: true,
    characterDevice: true,
    hasPorts: true,
    members: true,
    memberSettings: true,
    memberStatus: true,
    changesMemberWithin: true,
    givesMac: true,
    sharesOut: true,
    keepsFdb: true,
  },
  ...{ farEnd: true, bringsRule: true },
  ...{ baseName: true, usualName: true, tag: true, label: true, summary: true, leftOut: true, causes: true },
};

function checkDescription(kind: unknown, description: LinkDescription<Settings, Lower>): void {
  const call = `defineLink(${show(kind)})`;
  if (typeof kind !== 'string' || !/^[^\s/]{1,15}$/.test(kind))
    throw wrongOption(call, 'kind', 'what ip link add … type calls it', kind);
  if (ownKind(kind)) throw new UsageError(`${call}: hairpin itself defines the kind ${kind}`);
  checkOptions(call, description, Object.keys(DESCRIBED));
  const { option, settings = {} } = description;
  if (typeof option !== 'string' || !/^[A-Z0-9_]+$/.test(option)) {
    const rule = "the option of the kernel's configuration without CONFIG_, such as 'GENEVE'";
    throw wrongOption(call, 'option', rule, option);
  }
  const taken = readableOf(settings)
    .map(([name]) => name)
    .find((name) => TAKEN_NAMES.includes(name));
  if (taken !== undefined) {
    throw new UsageError(
      `${call}: every interface has ${taken}: give the setting ${taken} another name, and its keyword as { word: '${taken}' }`,
    );
  }
}
