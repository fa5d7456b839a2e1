import { body } from './codec/body.ts';
import { table } from './codec/table.ts';
import { Family } from './family.ts';
import { linkHeader } from './link.ts';
import { inet6 } from './link-inet6.ts';

/** The lower half of a device's own IPv6 addresses, in place of one from its MAC address (draft-chown-6man-tokenised-ipv6-identifiers). */
export const ipToken = new Family({
  command: ['ip', 'token'],
  messages: ['LINK', 16],
  changes: 'set',
  body: body(linkHeader, table({ inet6 })),
  verbs: { change: 'set' },
  words: ({ index = 0, token = '::' }, names) => [token, 'dev', names.device(index)],
});
