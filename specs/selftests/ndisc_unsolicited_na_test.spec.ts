import { describe, expect, type Lab, test } from 'hairpin';

const [HOST, ROUTER] = ['2000:20::2', '2000:20::1'];
const HOST_MAC = '02:00:00:00:aa:01';

// host, which announces its address as the link comes up ── router
async function announce(lab: Lab, [drop, accept, forwarding]: readonly [number, number, number]) {
  const [host, router] = [lab.namespace('host'), lab.router('router')];
  const cable = lab.cable(host, router, {
    a: { address: `${HOST}/64`, mac: HOST_MAC, up: false },
    b: { address: `${ROUTER}/64` },
  });
  host.sysctl.set('net.ipv6.conf.eth0.ndisc_notify', 1);
  router.sysctl.set('net.ipv6.conf.eth0.drop_unsolicited_na', drop);
  router.sysctl.set('net.ipv6.conf.eth0.accept_untracked_na', accept);
  router.sysctl.set('net.ipv6.conf.eth0.forwarding', forwarding);

  const comesUp = async () => {
    cable.a.set({ up: true });
    await host.settled();
  };
  const trace = await lab.trace(comesUp, { protocol: 'icmpv6' });
  expect(String(trace)).toContain(
    `ICMPv6 neighbour advertisement, ${HOST} is at ${HOST_MAC}\n  host/eth0 → router/eth0`,
  );
  return router;
}

function title([drop, accept, forwarding]: readonly [number, number, number]): string {
  return `test_unsolicited_na: drop_unsolicited_na=${drop} accept_untracked_na=${accept} forwarding=${forwarding}`;
}

describe('an advertisement that nobody asked for (RFC 9131)', () => {
  const learns = [0, 1, 1] as const;

  test(title(learns), async ({ lab }) => {
    const router = await announce(lab, learns);
    await expect(router).toHaveNeighbour({ to: HOST, lladdr: HOST_MAC, state: 'STALE' });
  });

  const learnsNothing = [0, 1]
    .flatMap((drop) => [0, 1].flatMap((accept) => [0, 1].map((forwarding) => [drop, accept, forwarding] as const)))
    .filter((each) => `${each}` !== `${learns}`);

  test.for(learnsNothing.map((settings) => [title(settings), settings] as const))(
    '%s',
    async ([, settings], { lab }) => {
      await expect(await announce(lab, settings)).not.toHaveNeighbour({ to: HOST });
    },
  );
});
