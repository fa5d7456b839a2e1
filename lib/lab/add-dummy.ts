import { checkBoolean, checkOptions } from '../kernel/validate.ts';
import { ipLink } from '../netlink/link.ts';
import type { AddressOption } from './address-list.ts';
import { finishOrRemove } from './finish-or-remove.ts';
import { Interface, turnedOn } from './interface.ts';
import { missingLinkType } from './link-types.ts';
import type { Namespace } from './namespace.ts';
import type { Segment } from './segment.ts';
import { settle } from './settle.ts';

/** A new dummy, in the words of `ip link add … type dummy`. */
export interface DummyOptions {
  /** @default `dummy0`, `dummy1` … */
  name?: string;
  /** @default addresses of a segment of its own, IPv4 and IPv6 */
  address?: AddressOption;
  /** @default one derived from the device's index */
  mac?: string;
  /** @default 1500 */
  mtu?: number;
  /** @default true */
  up?: boolean;
  /** @default false */
  promiscuous?: boolean;
}

const OPTIONS = [
  'name',
  'address',
  'mac',
  'mtu',
  'up',
  'promiscuous',
] as const satisfies readonly (keyof DummyOptions)[];

/** Makes a device that nothing is connected to; {@link Namespace.dummy} is this. */
export function addDummy(namespace: Namespace, options: DummyOptions): Interface {
  const call = `${namespace.name}.dummy`;
  checkOptions(call, options, OPTIONS);
  checkBoolean(call, 'up', options.up);
  checkBoolean(call, 'promiscuous', options.promiscuous);
  namespace.checkNewInterface(call, options);
  return namespace.lab.segments.addFor(`${namespace.name} dummy`, (segment) => build(namespace, options, segment));
}

function build(namespace: Namespace, options: DummyOptions, segment: Segment): Interface {
  const { address, mtu, up = true, promiscuous } = options;
  const origin = namespace.newInterface(`${namespace.name}.dummy`, 'dummy', { ...options, base: 'dummy', segment });
  const { index, name, mac } = origin;
  const causes = {
    EEXIST: `${namespace.name} has an interface ${name} already`,
    EOPNOTSUPP: missingLinkType('dummy'),
  };
  namespace.rtnetlink.change(
    ipLink.add({ index, name, mac, mtu, ...turnedOn({ up, promiscuous }), kind: 'dummy' }, causes),
  );
  const device = new Interface(origin);
  return finishOrRemove(device, () => {
    namespace.adopt(device, { address, mtu });
    if (up) settle(device);
    return device;
  });
}
