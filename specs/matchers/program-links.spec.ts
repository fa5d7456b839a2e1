import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'hairpin';
import { diagnosed } from '../diagnosis/diagnosed.ts';
import { describeLoadingPrograms } from '../needs.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { attachLink } from '../trace/attach-link.ts';
import { acceptingInTurns, returning } from '../trace/xdp-object.ts';

/** Waits until such a program begins to refuse: it does so for half a second, of every second by the same clock (`bpf_ktime_get_ns`). */
async function untilRefusing(): Promise<void> {
  for (const turn of [0n, 1n]) while ((process.hrtime.bigint() >> 29n) % 2n === turn) await setImmediate();
}

// a ── r ── b
describeLoadingPrograms(() => {
  test.for(['tcp', 'udp'] as const)('a program that refuses sockets half of the time, by %s', async (by, { lab }) => {
    const { a, b } = addRoutedHosts(lab);
    using _ = attachLink(b, 'sk_lookup', acceptingInTurns());
    await untilRefusing();
    await expect(expect(a).not.toReach(b, { by })).rejects.toThrow(/^Received: +an answer/m);
  });

  test('a program that filters half of the time', async ({ lab, skip }) => {
    const { a, r, b } = addRoutedHosts(lab);
    using link = attachLink(r, 'netfilter', acceptingInTurns());
    if (!link) skip('Linux 6.4 has links of netfilter (CONFIG_NETFILTER_BPF_LINK)');
    await untilRefusing();
    await expect(expect(a).not.toReach(b)).rejects.toThrow(/^Received: +an answer/m);
  });

  test('a program that refuses all sockets is the reason, not that nobody listens', async ({ lab }) => {
    const { a, b } = addRoutedHosts(lab);
    using _ = attachLink(b, 'sk_lookup', returning(0));
    await expect(a).not.toReach(b, { by: 'tcp', because: 'refused' });
    expect(await diagnosed(expect(a).toReach(b, { by: 'tcp', within: 50 }))).toMatchObject({
      code: 'socket.program',
      facts: { namespace: 'b', id: expect.any(Number) },
    });
  });

  // Another host's sockets are no reason.
  test('a program of another host', async ({ lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    using _ = attachLink(r, 'sk_lookup', returning(0));
    expect(await diagnosed(expect(a).toReach(b, { by: 'tcp', port: 80, listen: false, within: 50 }))).toMatchObject({
      code: 'socket.none',
      facts: { namespace: 'b', port: 80 },
    });
  });
});
