import { describe, expect, type Lab, type Namespace, test } from 'hairpin';
import { type FrrOptions, findFrr, frr } from 'hairpin/plugins';
import { ipRoutes } from '../lab/referee.ts';

/** r1 ─ to-r2 ── eth0 ─ r2 */
function addRouter(lab: Lab): Namespace {
  const [r1, r2] = [lab.router('r1'), lab.router('r2')];
  lab.cable(r1, r2, { a: { name: 'to-r2', address: '10.0.0.1/24' }, b: { address: '10.0.0.2/24' } });
  return r1;
}

/** What has come of a configuration. */
const failureOf = (node: Namespace, options: FrrOptions) =>
  frr(node, options).then(
    () => 'it runs',
    (error: Error) => error.message,
  );

// r1 ── r2
describe.skipIf(!findFrr())('needs frr', () => {
  const refused: [what: string, config: string, message: string][] = [
    [
      'a misspelt word',
      '\n! hosts\ninterface to-r2\n ip ospf dead-intervall 3\n',
      `frr on r1: line 4 of its configuration is refused: ip ospf dead-intervall 3
  % Unknown command: ip ospf dead-intervall 3
FRR knows here:
  ip ospf dead-interval (1-65535) [A.B.C.D]`,
    ],
    [
      'a misspelt first word, two levels deep',
      'router bgp 65001\n address-family ipv4 unicast\n  netwrok 10.0.0.0/24',
      `frr on r1: line 3 of its configuration is refused: netwrok 10.0.0.0/24
  % Unknown command: netwrok 10.0.0.0/24
FRR knows here:
  [no] network <A.B.C.D/M|A.B.C.D [mask A.B.C.D]> [{route-map RMAP_NAME|label-index (0-1048560)|backdoor}]`,
    ],
    [
      'a value out of range',
      'router ospf\n network 10.0.0.0/33 area 0',
      `frr on r1: line 2 of its configuration is refused: network 10.0.0.0/33 area 0
  % Unknown command: network 10.0.0.0/33 area 0
FRR knows here:
  network A.B.C.D/M area <A.B.C.D|(0-4294967295)>`,
    ],
    [
      'nothing that FRR knows',
      'hello world',
      'frr on r1: line 1 of its configuration is refused: hello world\n  % Unknown command: hello world',
    ],
    [
      'what the other lines forbid',
      'router ospf\n network 10.0.0.0/8 area 0\ninterface to-r2\n ip ospf area 0',
      'frr on r1: line 4 of its configuration is refused: ip ospf area 0\n  Please remove all network commands first.',
    ],
    [
      'a line on BFD without bfdd, which ospfd takes without a word',
      'interface to-r2\n ip ospf bfd',
      `frr on r1: line 2 of its configuration is for BFD: ip ospf bfd
  bfdd is not running
Start it: { daemons: ['bfdd'] }`,
    ],
    [
      'a line for a daemon that was not started, which vtysh -f takes without a word',
      'router ospf\nip route 10.9.0.0/16 10.0.0.2',
      `frr on r1: line 2 of its configuration is refused: ip route 10.9.0.0/16 10.0.0.2
  staticd is not running
Start it: { daemons: ['staticd'] }`,
    ],
  ];
  test.for(refused)('%s is refused with its line, in the words of FRR', async ([, config, message], { lab }) => {
    expect(await failureOf(addRouter(lab), { daemons: ['ospfd', 'bgpd'], config })).toBe(message);
  });

  test('a description may have any words', async ({ lab }) => {
    expect(await failureOf(addRouter(lab), { config: 'interface to-r2\n description bfd to r2' })).toBe('it runs');
  });

  test('a call that cannot be right says what would be', async ({ lab }) => {
    const r1 = addRouter(lab);
    expect(await failureOf(r1, { config: '', daemons: ['ospf' as 'ospfd'] })).toBe(
      'frr on r1: daemons must be of babeld, bfdd, bgpd, eigrpd, fabricd, isisd, ldpd, nhrpd, ospf6d, ospfd, pathd, pbrd, ' +
        "pim6d, pimd, ripd, ripngd, staticd, vrrpd; zebra is always started: received 'ospf'",
    );
    expect(await failureOf(r1, { config: 7 as unknown as string })).toBe(
      'frr on r1: config must be a text as in /etc/frr/frr.conf: received 7',
    );
    await expect(frr('r1' as unknown as Namespace, { config: '' })).rejects.toThrow(
      "frr: node must be a namespace of a lab, which plays the router: received 'r1'",
    );
  });

  test('one node has one FRR, and another once a configuration was refused or it was stopped', async ({ lab }) => {
    const r1 = addRouter(lab);
    expect(await failureOf(r1, { config: 'hello world' })).toMatch('line 1');
    const options = { daemons: ['staticd'], config: 'ip route 10.9.0.0/16 10.0.0.2' } as const;
    const first = await frr(r1, options);
    await expect(r1).toHaveRoute({ to: '10.9.0.0/16', via: '10.0.0.2' }, { within: 20_000 });
    expect(await failureOf(r1, options)).toBe(
      'frr on r1: it runs there already: stop it first, or change it by configure()',
    );
    await first.stop();
    expect(await ipRoutes(r1)).toEqual([]);
    const both = await Promise.all([failureOf(r1, options), failureOf(r1, options)]);
    expect(both.toSorted()).toEqual([
      'frr on r1: it runs there already: stop it first, or change it by configure()',
      'it runs',
    ]);
    await expect(r1).toHaveRoute({ to: '10.9.0.0/16', via: '10.0.0.2' }, { within: 20_000 });
  });

  test('vtysh says why a question has no answer', async ({ lab }) => {
    const router = await frr(addRouter(lab), { daemons: ['ospfd'], config: '' });
    const failure = (answer: Promise<unknown>) => answer.then(String, (error: Error) => error.message);
    expect(await failure(router.vtysh('show nonsense'))).toBe(
      "frr on r1: 'show nonsense' is refused\n  % Unknown command: show nonsense",
    );
    expect(await failure(router.json('show memory'))).toMatch(
      /^frr on r1: 'show memory json' is refused\n {2}% Unknown command: /,
    );
    expect(await failure(router.vtysh(''))).toBe(
      "frr on r1: vtysh: command must be one such as 'show ip route': received ''",
    );
    expect(await failure(router.vtysh('show bgp summary'))).toBe(
      "frr on r1: 'show bgp summary' is refused\n  bgpd is not running\nStart it: { daemons: ['bgpd'] }",
    );
    await router.daemons.ospfd.stop('SIGKILL');
    expect(await failure(router.vtysh('show ip ospf'))).toBe(
      "frr on r1: 'show ip ospf' is refused\n  ospfd is not running\nIt has ended: its output says why.",
    );
  });
});
