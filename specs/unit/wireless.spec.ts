import { expect, test } from 'hairpin';
import { readWireless } from '../../lib/kernel/tables/wireless.ts';

// /proc/net/wireless, as net/wireless/wext-proc.c prints it
const HEAD = `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
`;

test('the wireless devices are those behind the headings', () => {
  expect(readWireless(HEAD)).toEqual([]);
  expect(
    readWireless(`${HEAD} wlp3s0: 0000   54.  -56.  -256        0      0      0      0     12        0
wlan1: 0000    0     0     0        0      0      0      0      0        0
`),
  ).toEqual(['wlp3s0', 'wlan1']);
});
