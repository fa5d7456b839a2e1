import { expect, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { ipRule } from '../../lib/netlink/routing/rule.ts';

// r, with a rule for one port and one for several
test.for(['80', '80-90'])('a rule for port %s has nothing that hairpin does not know', async (port, { lab }) => {
  const r = lab.router('r');
  await r.exec('ip', ['rule', 'add', 'priority', '7', 'ipproto', 'tcp', 'sport', port, 'dport', port, 'lookup', '100']);
  const [first = 0, last = first] = port.split('-').map(Number);
  const rule = engineOf(r)
    .rtnetlink.list(ipRule.all({ family: 4 }))
    .find(({ priority }) => priority === 7);
  expect(rule).toMatchObject({ sport: { first, last }, dport: { first, last }, unknown: [] });
});
