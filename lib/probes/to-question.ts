import { show, showReceived, wrongOption } from '../base/validate.ts';
import { deviceAt } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { Interface, isBridge, type Lab, Namespace, UsageError } from '../lab/index.ts';
import { areOnOneLink } from '../lab/segment.ts';
import { addressesIn, addressesOf } from '../lab/tables/address-list.ts';
import { routeIfAny } from '../lab/tables/route-to.ts';
import { type AddressState, isRoutable, SCOPE_HOST } from '../netlink/address.ts';
import { ICMP_PROTOCOL } from '../wire/icmp.ts';
import { contains, type Family, familyOf, isLinkLocal, normalizeIp } from '../wire/ip-address.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { goneBecause } from './gone-address.ts';
import type { ProbeFlow, Question } from './question.ts';
import type { ReachOptions } from './reach-options.ts';

/**
 * Chooses the ends of a question: the address that is asked for, one on a subnet of the asker's where there is any, and
 * the one that is asked from, which is the kernel's choice where the spec makes none.
 *
 * @throws UsageError for ends that cannot be, and for those without an address
 */
export function toQuestion(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  options: ReachOptions,
): Question {
  const target = toTarget(call, from, to, options);
  const family = familyOf(target.address) as Family;
  const flow = flowOf(options, family);
  const source = toSource(call, from, target, { family, wanted: options.from, flow, by: options.by });
  const bound = options.from === undefined ? undefined : options.from instanceof Interface ? 'device' : 'address';
  return { from, to: target, family, source, bound, flow };
}

/** @throws UsageError when the other end of a question is of another lab than the end that asks */
export function checkSameLab(call: string, from: Namespace, { name, lab }: Namespace): void {
  if (lab === from.lab) return;
  const other = lab.closed ? 'another, which is closed' : 'another';
  throw new UsageError(`${call}: both ends must be of the same lab: ${name} is of ${other}`);
}

/** What the probes of a question are, for rules that ask for it. ARP and ND take no route. */
export function flowOf(
  { by = 'icmp', port }: { by?: ReachOptions['by'] | undefined; port?: number | undefined },
  family: Family,
): ProbeFlow {
  if (by === 'arp' || by === 'nd') return {};
  if (by === 'icmp') return { ipproto: ICMP_PROTOCOL[family] };
  return { ipproto: IP_PROTOCOL[by], dport: port };
}

function toTarget(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  options: ReachOptions,
): Question['to'] {
  const { by, family } = options;
  if (typeof to === 'string') {
    if (familyOf(to) === undefined) throw notAnAddress(call, from.lab, to);
    if (family !== undefined && (by === 'arp' || by === 'nd') && family !== familyOf(to))
      throw new UsageError(`${call}: by: '${by}' asks over IPv${family}: received ${to}`);
    if (family !== undefined && family !== familyOf(to))
      throw new UsageError(`${call}: family: ${family} does not go with ${to}`);
    const address = normalizeIp(to);
    const holders = from.lab.namespaces.flatMap((namespace) =>
      addressesIn(namespace, familyOf(address))
        .filter((own) => own.address === address && own.scope !== SCOPE_HOST)
        .map(({ index }) => ({ namespace, device: deviceAt(namespace, index) })),
    );
    const near = holders.find(({ device }) => device && isLinkLocal(address) && isNear(from, device, options.from));
    const { namespace, device } = near ?? holders.find((holder) => holder.device) ?? holders[0] ?? {};
    return { address, namespace, device };
  }
  const namespace = to instanceof Interface ? to.namespace : to;
  if (!(namespace instanceof Namespace)) {
    throw new UsageError(`${call}: the target must be a namespace, an interface or an IP address: ${showReceived(to)}`);
  }
  if (namespace.role === 'switch')
    throw new UsageError(`${call}: ${to} is of a switch, which has no address of its own: ask for one of its hosts`);
  checkSameLab(call, from, namespace);
  const devices = to instanceof Interface ? [to] : namespace.interfaces;
  const families: readonly Family[] = family === undefined ? [4, 6] : [family];
  for (const wanted of families) {
    const isOfDevices = to instanceof Interface || isOfLink(by);
    const candidates = (isOfDevices ? addressesOf(devices, wanted) : addressesIn(namespace, wanted)).filter(isRoutable);
    const prefixes = candidates.length > 1 ? addressesOf(from.interfaces, wanted) : [];
    const isNearby = ({ address }: AddressState) => prefixes.some((prefix) => contains(prefix, address));
    const chosen = candidates.find(isNearby) ?? candidates[0];
    if (chosen) return { address: chosen.address, namespace };
  }
  // Only where it is asked for, and both ends were never to have another: one that has gone is not to be overlooked.
  const isBare = family === 6 && [...from.interfaces, ...namespace.interfaces].every(hasLinkLocalAlone);
  for (const device of devices.filter((each) => isBare && isNear(from, each, options.from))) {
    const own = device.address.list().find(({ address }) => isLinkLocal(address));
    if (own) return { address: own.address, namespace, device };
  }
  // A program may have given it one since.
  if (namespace.lab.discover().length > 0) return toTarget(call, from, to, options);
  const kind = families.length === 2 ? 'IP' : `IPv${families[0]}`;
  throw new UsageError(
    `${call}: ${to} has no ${kind} address to ask for${heldElsewhere(namespace, families)}; ${addressHint(namespace, devices, families.length === 1 ? families[0] : undefined)}`,
  );
}

function toSource(
  call: string,
  from: Namespace,
  to: Question['to'],
  options: { family: Family; wanted: Interface | string | undefined; flow: ProbeFlow; by: ReachOptions['by'] },
): Question['source'] {
  const { family, wanted, flow } = options;
  const target = to.address;
  const onLink = isLinkLocal(target) && typeof wanted !== 'string';
  const own = (isOfLink(options.by) ? addressesOf(from.interfaces, family) : addressesIn(from, family))
    .filter((each) => (onLink ? isLinkLocal(each.address) : isRoutable(each)))
    .map((each) => ({ ...each, device: deviceAt(from, each.index) }));
  const exact = own.find(({ device, address }) => wanted !== undefined && (device === wanted || address === wanted));
  if (exact?.device) return { address: exact.address, device: exact.device };
  // Every device has the prefix of link-local addresses: what counts is which of them is on the target's link.
  const there = onLink ? to.device : undefined;
  const by = wanted instanceof Interface && wanted.namespace === from ? wanted : undefined;
  // Else the kernel's own choice, where it has one: the address that the route prefers, or one of the device that it leaves by.
  const route = there ? undefined : routeIfAny(from, target, { ...flow, device: by?.index });
  const preferred = own.find(({ address }) => address === route?.source);
  const chosen =
    wanted === undefined
      ? (own.find(({ device }) => there && device && areOnOneLink(device, there)) ??
        preferred ??
        own.find(({ device }) => device && device.index === route?.device) ??
        own.find((prefix) => contains(prefix, target)) ??
        own[0])
      : (exact ?? (by && preferred));
  // What is sent from an address of the loopback leaves by the device of the route.
  const device = by ?? chosen?.device ?? deviceAt(from, route?.device) ?? from.interfaces[0];
  if (chosen && device) return { address: chosen.address, device };
  if (wanted !== undefined)
    throw new UsageError(
      `${call}: from must be an interface of ${from.name} with an IPv${family} address, or one of its addresses: received ${
        wanted instanceof Interface ? wanted : show(wanted)
      }`,
    );
  if (from.lab.discover().length > 0) return toSource(call, from, to, options);
  if (from.role === 'switch')
    throw new UsageError(
      `${call}: ${from.name} is a switch, which has no address of its own: ask from one of its hosts`,
    );
  throw new UsageError(
    `${call}: ${from.name} has no IPv${family} address to ask from${heldElsewhere(from, [family])}; ${addressHint(from, from.interfaces, family)}`,
  );
}

/** ARP and ND ask for an address of a link, from another one there. */
function isOfLink(by: ReachOptions['by']): boolean {
  return by === 'arp' || by === 'nd';
}

/** The address of a host that a question of its links cannot use, in words. */
function heldElsewhere(namespace: Namespace, families: readonly Family[]): string {
  const held = addressesIn(namespace).find(
    (own) => families.includes(own.family) && isRoutable(own) && !deviceAt(namespace, own.index),
  );
  return held ? ` (${held.address} is on none of its links)` : '';
}

/** Whether a device neither has an IPv6 address but that of its link, nor was given one. */
function hasLinkLocalAlone(device: Interface): boolean {
  const own = device.address.list().map(({ address }) => address);
  const given = engineOf(device.namespace.lab).addresses.givenTo(device);
  return [...own, ...given].every((address) => familyOf(address) === 4 || isLinkLocal(address));
}

/** Whether a namespace, or the interface of it that a spec asks from, is on the link of a device. */
function isNear({ interfaces }: Namespace, device: Interface, wanted: Interface | string | undefined): boolean {
  return interfaces.some((own) => areOnOneLink(own, device) && (!(wanted instanceof Interface) || wanted === own));
}

function addressHint(namespace: Namespace, devices: readonly Interface[], wanted?: Family): string {
  // What comes in by a port is for the bridge, whatever address the port has.
  const port = devices.find(({ isPort }) => isPort);
  const device = devices.find((each) => !each.isPort && !isBridge(each)) ?? port?.bridge ?? devices[0];
  if (!device) return 'give it one: it has no interface: plug in a cable or a macvlan';
  const family = wanted ?? 4;
  const { segment } = port && device === port.bridge ? port : device;
  const free = segment?.peek().find((each) => each.family === family);
  // The kernel takes IPv6 addresses along when a link goes down (addrconf_ifdown).
  const had = new Set(namespace.interfaces.flatMap((each) => each.address.list().map((own) => own.address)));
  const gone =
    wanted !== 4
      ? engineOf(namespace.lab)
          .addresses.givenTo(device)
          .find((address) => familyOf(address) === 6 && !isLinkLocal(address) && !had.has(address))
      : undefined;
  const address = gone ?? free?.address ?? (family === 4 ? '10.0.0.1' : 'fd00::1');
  const { why, mend } = gone ? goneBecause(namespace, gone) : {};
  if (mend) return `${why}: ${mend}`;
  const words = gone ? `${why}; give it again` : 'give it one';
  const length = free?.length ?? (family === 4 ? 24 : 64);
  return `${words}: ${namespace.name}.interface('${device.name}').address.add('${address}/${length}')`;
}

/** The error of a text that should be the address of a target, with what its writer most likely meant. */
function notAnAddress(call: string, lab: Lab, text: string): UsageError {
  const { message } = wrongOption(call, 'target', 'an IP address such as 10.0.0.1 or fd00::1', text);
  const mend = mendOfTarget(lab, text);
  return new UsageError(mend ? `${message}; ${mend}` : message);
}

function mendOfTarget(lab: Lab, text: string): string | undefined {
  if (lab.namespaces.some(({ name }) => name === text)) return 'give the namespace itself, not its name';
  const [, host = '', length, port] = /^\[?([^[\]/]+?)\]?(?:(\/\d+)|:(\d+))$/.exec(text) ?? [];
  if (familyOf(host) === undefined) return undefined;
  if (length) return `write '${host}', without its prefix length`;
  return `write '${host}', { by: 'tcp', port: ${port} }`;
}
