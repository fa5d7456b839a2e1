import { expect, test } from 'hairpin';
import { wholeFailureOf } from '../matchers/failure-of.ts';

// a ── r ── b
test.for([
  ['r', 4, 'alone'],
  ['a', 4, 'alone'],
  ['b', 4, 'alone'],
  ['r', 6, 'alone'],
  ['r', 4, 'in a group'],
  ['r', 6, 'in a group'],
] as const)('a route of %s over IPv%s with a blackhole nexthop, %s', async ([who, family, where], { lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const [one, two] = family === 4 ? ['10.5.0', '10.6.0'] : ['fd05:', 'fd06:'];
  const at = (subnet: string | undefined, host: number) =>
    family === 4 ? `${subnet}.${host}/24` : `${subnet}:${host}/64`;
  lab.cable(a, r, { a: { address: at(one, 1) }, b: { address: at(one, 2) } });
  lab.cable(r, b, { a: { address: at(two, 1) }, b: { address: at(two, 2) } });
  const host = { a, r, b }[who];
  const goal = (who === 'b' ? at(one, 1) : at(two, 2)).split('/')[0] as string;
  const route = `${goal}/${family === 4 ? 32 : 128} nhid 5`;
  await expect(a).toReach(b);
  const id = where === 'alone' ? '5' : '4';
  await host.exec('ip', [`-${family}`, 'nexthop', 'add', 'id', id, 'blackhole']);
  if (where === 'in a group') await host.exec('ip', ['nexthop', 'add', 'id', '5', 'group', id]);
  await host.exec('ip', ['route', 'add', ...route.split(' ')]);
  const failure = await wholeFailureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain(`${who} has a route that leads nowhere: ${route} (a blackhole nexthop)`);
  const [, hint = ''] = /\nHint: on \w: ip (route del .*)$/m.exec(failure) ?? [];
  expect(hint).toBe(`route del ${route}`);
  await host.exec('ip', hint.split(' '));
  await expect(a).toReach(b);
});
