import { unlessError } from '../base/has-code.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { IPV6_MIN_MTU } from '../wire/ipv6.ts';

/** Why a namespace has an address no more that it was given, and what else to do about it than to give it again. */
export function goneBecause(namespace: Namespace, address: string): { why: string; mend?: string } {
  if (engineOf(namespace.lab).addresses.wasDeleted(address)) return { why: `${address} was deleted` };
  if (!address.includes(':')) return { why: `${address} was deleted, or its device` };
  const small = tooSmallForIpv6(namespace, address);
  if (small) {
    const { device, mtu } = small;
    return {
      why: `${device} has no IPv6: its MTU is ${mtu}, less than ${IPV6_MIN_MTU}`,
      mend: `${namespace}.interface('${device.name}').set({ mtu: ${IPV6_MIN_MTU} }), and give it again`,
    };
  }
  const disabled = disabledIpv6(namespace);
  if (disabled)
    return {
      why: `IPv6 is off: ${disabled} is 1`,
      mend: `${namespace}.sysctl.set('${disabled}', 0), and give it again`,
    };
  // addrconf_ifdown, unless keep_addr_on_down is set.
  return { why: `${address} was deleted, or went when its link went down` };
}

/** The device that an address was given to, where its MTU is below IPv6's least: then the kernel takes IPv6 from it (`addrconf_notify`). */
function tooSmallForIpv6(namespace: Namespace, address: string): { device: Interface; mtu: number } | undefined {
  const { addresses } = engineOf(namespace.lab);
  const device = namespace.interfaces.find((each) => addresses.givenTo(each).includes(address));
  const mtu = device && stateIfThere(device)?.mtu;
  return device && mtu !== undefined && mtu < IPV6_MIN_MTU ? { device, mtu } : undefined;
}

function disabledIpv6({ interfaces, sysctl }: Namespace): string | undefined {
  const names = [
    'net.ipv6.conf.all.disable_ipv6',
    ...interfaces.map(({ name }) => `net/ipv6/conf/${name}/disable_ipv6`),
  ];
  return names.find((name) => unlessError(UsageError, () => sysctl.get(name)) === '1');
}
