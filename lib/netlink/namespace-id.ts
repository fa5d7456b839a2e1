import { body } from './codec/body.ts';
import { netns, s32, u8 } from './codec/scalars.ts';
import { struct } from './codec/struct.ts';
import { attribute, table } from './codec/table.ts';
import { Family } from './family.ts';

/** `NETNSA_NSID_NOT_ASSIGNED`. */
const NONE = -1;

/**
 * The numbers by which a namespace knows others (`IFLA_LINK_NETNSID`). One is asked for by its descriptor, `netns`; it may
 * have none.
 */
export const ipNetns = new Family({
  command: ['ip', 'netns'],
  messages: ['NSID', 88],
  body: body(
    struct('rtgenmsg', { family: u8 }),
    table({ id: attribute('NETNSA_NSID', 1, s32), netns: attribute('NETNSA_FD', 3, netns, { word: false }) }),
  ),
  state: ({ id }): number | undefined => (id === NONE ? undefined : id),
  verbs: { get: 'list-id' },
});
