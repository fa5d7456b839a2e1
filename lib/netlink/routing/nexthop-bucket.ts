import { body } from '../codec/body.ts';
import { ipFamilyOrNone, pad, u8, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { Family } from '../family.ts';

/** The buckets of resilient groups, as `ip nexthop bucket` has them: a hash of a packet says which bucket the packet belongs to. */
export const ipNexthopBucket = new Family({
  command: ['ip', 'nexthop bucket'],
  messages: ['NEXTHOPBUCKET', 116],
  body: body(
    struct('nhmsg', { family: ipFamilyOrNone, scope: u8, protocol: u8, reserved: pad(1), flags: u32 }),
    table({
      /** Of the group. */
      id: attribute('NHA_ID', 1, u32),
      bucket: attribute(
        'NHA_RES_BUCKET',
        13,
        table({ member: attribute('NHA_RES_BUCKET_NH_ID', 3, u32, { word: 'nhid' }) }),
        { word: '' },
      ),
    }),
  ),
});
