import { expect, test } from 'vitest';
import { bridgeVlanOptions } from '../../lib/netlink/bridge/bridge-vlan.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { vlanWords } from '../../lib/report/script/vlan-words.ts';

const plain = (id: number) => ({ id, pvid: false, untagged: false, state: 'forwarding' as const });

test('VLANs in a row are said as one, where their flags and their states are the same', () => {
  const access = { ...plain(4), pvid: true, untagged: true };
  expect(vlanWords([plain(1), plain(2), plain(3), access, plain(5), plain(9)])).toBe('1-3, 4 pvid untagged, 5, 9');
  const blocked = { ...plain(3), state: 'blocking' as const };
  expect(vlanWords([plain(1), plain(2), blocked, { ...blocked, id: 4 }])).toBe('1-2, 3-4 state blocking');
  expect(vlanWords([])).toBe('none');
});

test('the multicast settings of VLANs are said where they are not those of a new one', () => {
  const usual = { ...plain(1), mcastRouter: 1, mcastMaxGroups: 0 };
  const limited = { ...plain(3), mcastRouter: 2, mcastMaxGroups: 7 };
  expect(vlanWords([usual, plain(2), limited, { ...limited, id: 4 }])).toBe(
    '1-2, 3-4 mcast_router 2 mcast_max_groups 7',
  );
});

test('the limit of groups of a VLAN is attribute 8 of its entry, written and read (linux/if_bridge.h of Linux 6.3)', () => {
  const to = new Writer();
  bridgeVlanOptions.change({ index: 1, id: 10, mcastMaxGroups: 7 }).write(to);
  expect(to.bytes.toString('hex')).toMatch(/0800080007000000$/);
  // An answer has the same shape.
  expect(bridgeVlanOptions.all().read(to.bytes).vlans).toMatchObject([{ first: 10, last: 10, mcastMaxGroups: 7 }]);
});
