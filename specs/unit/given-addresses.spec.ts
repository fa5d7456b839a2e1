import { expect, test } from 'hairpin';
import type { AddressState } from '../../lib/netlink/address.ts';
import { givenAddresses, randomAddresses } from '../../lib/report/script/given-addresses.ts';
import type { Link, NamespaceState } from '../../lib/state/network-state.ts';

const [ETHER, TUNNEL6, SIT, IPGRE, NONE] = [1, 769, 776, 778, 0xfffe];
const [GLOBAL, LINK] = [0, 253];
const [LOCAL, ANY] = ['c0:00:02:01', '00:00:00:00'];

type Whose = 'given' | 'of the kernel' | 'at random';

// The namespace has 10.0.0.1, too. What the kernel makes: addrconf_ifid_gre, add_v4_addrs, addrconf_ifid_ip6tnl, ipv6_gen_mode_random_init.
test.for<[hardware: number, mac: string, address: string, scope: number, stable: boolean, whose: Whose]>([
  [ETHER, '02:00:00:00:00:65', 'fe80::ff:fe00:65/64', LINK, false, 'of the kernel'],
  [ETHER, '02:00:00:00:00:65', 'fe80::5efe:c000:201/64', LINK, false, 'given'],
  [IPGRE, LOCAL, 'fe80::5efe:c000:201/64', LINK, false, 'of the kernel'],
  [IPGRE, LOCAL, 'fe80::5efe:c000:202/64', LINK, false, 'given'],
  [IPGRE, ANY, 'fe80::a00:1/64', LINK, false, 'of the kernel'],
  [IPGRE, ANY, 'fe80::a00:2/64', LINK, false, 'given'],
  [SIT, LOCAL, 'fe80::c000:201/64', LINK, false, 'of the kernel'],
  [SIT, LOCAL, '::c000:201/96', GLOBAL, false, 'of the kernel'],
  [SIT, ANY, '::a00:1/96', GLOBAL, false, 'of the kernel'],
  [SIT, LOCAL, 'fe80::7/64', LINK, false, 'given'],
  [TUNNEL6, '', 'fe80::7/64', LINK, false, 'given'],
  [TUNNEL6, '', 'fe80::1234:56ff:fe78:9abc/64', LINK, false, 'at random'],
  [NONE, '', 'fe80::1234:5678:9abc:def0/64', LINK, true, 'at random'],
  [NONE, '', 'fe80::1/64', LINK, false, 'given'],
])(
  'of hardware %i, MAC address %s, %s of scope %i, stable %s, is %s',
  ([hardware, mac, text, scope, stable, whose]) => {
    const link = { index: 2, hardware, mac } as Link;
    const [address = '', length] = text.split('/');
    const own = { index: 2, family: 6, address, length: Number(length), scope, stablePrivacy: stable } as AddressState;
    const other = { index: 3, family: 4, address: '10.0.0.1', length: 24, scope: GLOBAL } as AddressState;
    const namespace = { addresses: [other, own] } as unknown as NamespaceState<'addresses'>;
    expect(givenAddresses(namespace, link)).toEqual(whose === 'given' ? [own] : []);
    expect(randomAddresses(namespace, link)).toEqual(whose === 'at random' ? [own] : []);
  },
);
