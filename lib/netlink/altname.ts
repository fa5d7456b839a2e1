import { body } from './codec/body.ts';
import { table } from './codec/table.ts';
import { Family } from './family.ts';
import { linkHeader } from './link.ts';
import { altnames } from './link-inet6.ts';

/** Other names of a device (Linux 5.5): `ip link` takes each in place of its name. */
export const ipAltname = new Family({
  command: ['ip', 'link'],
  messages: ['LINKPROP', 108],
  body: body(linkHeader, table({ altnames })),
  verbs: { add: 'property add', delete: 'property del' },
  words: ({ index = 0 }, names, rest) => ['dev', names.device(index), ...rest],
});
