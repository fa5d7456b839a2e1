import { createLab, expect, test, UsageError } from 'hairpin';
import { needs } from '../needs.ts';
import { ipLink, read } from './referee.ts';

// a eth0 ── eth0 b
test('an unplugged cable is plugged in again at the end of the scope', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  {
    using _cut = cable.unplug();
    expect((await ipLink(a, 'eth0')).flags).toContain('NO-CARRIER');
    {
      // It has pulled nothing, so it puts nothing back.
      using _again = cable.unplug();
    }
    expect((await ipLink(a, 'eth0')).flags).toContain('NO-CARRIER');
  }
  expect((await ipLink(a, 'eth0')).flags).toContain('LOWER_UP');
  await expect(a).toReach(b);

  using cut = cable.unplug();
  cut.plug();
  expect((await ipLink(a, 'eth0')).flags).toContain('LOWER_UP');
});

// the same
test('what was deleted or closed meanwhile is not plugged in again', async () => {
  const lab = createLab();
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [first, second] = [lab.cable(a, b), lab.cable(a, b)];
  using _deleted = first.unplug();
  first.delete();
  using _closed = second.unplug();
  await lab.close();
});

// the same
test('a flapping cable loses its carrier as often as it should', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cable = lab.cable(a, b);
  // The referee: the kernel counts the changes of a carrier.
  const changes = async () =>
    (
      await read<{ stats64: { tx: { carrier_changes: number } } }>(a, 'ip', ['-j', '-s', '-s', 'link', 'show', 'eth0'])
    )[0]?.stats64.tx.carrier_changes ?? NaN;
  const before = await changes();
  await cable.flap({ times: 3, down: 5, up: 5 });
  expect((await changes()) - before).toBe(6);
  await expect(a).toReach(b);
});

test.for<[options: unknown, message: string]>([
  [{ downs: 1 }, "a/eth0–b/eth0.flap: there is no option 'downs'; the options are times, down, up"],
  [{}, 'a/eth0–b/eth0.flap: down must be given: milliseconds without a carrier'],
  [{ down: '1s' }, "a/eth0–b/eth0.flap: down must be milliseconds, 0 to 2147483647: received '1s'"],
  [{ down: 1, up: -1 }, 'a/eth0–b/eth0.flap: up must be milliseconds, 0 to 2147483647: received -1'],
  [{ down: 1, times: 0 }, 'a/eth0–b/eth0.flap: times must be a whole number from 1 to 1000000: received 0'],
])('a cable does not flap by %o', async ([options, message], { lab }) => {
  const cable = lab.cable(lab.namespace('a'), lab.namespace('b'));
  await expect(cable.flap(options as never)).rejects.toThrow(new UsageError(message));
});

needs('ps');

/** A server of UDP that says what it hears. */
const ECHO = `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 7, Proto => 'udp') or die;
  while (my $from = $s->recv(my $data, 65535)) { $s->send($data, 0, $from) }`;

// a ── b, where programs run
test('frozen programs say nothing, and their kernel lives on', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await using daemon = await b.daemon('perl', ['-e', ECHO], { ready: { port: 7, protocol: 'udp' } });
  await using parent = await b.daemon('sh', ['-c', 'sleep 1000 & echo $!; wait'], { ready: { log: /\d+\n/ } });
  const child = Number(parent.output);
  const asked = { by: 'udp', port: 7, listen: false } as const;
  await expect(a).toReach(b, asked);
  {
    using frozen = b.freeze();
    expect(frozen.pids.toSorted()).toEqual([daemon.pid, parent.pid, child].toSorted());
    // The referee.
    const states = await a.exec('ps', ['-o', 'stat=', '-p', [daemon.pid, parent.pid, child].join()]);
    expect(states.stdout.split('\n').map((state) => state.trim()[0])).toEqual(['T', 'T', 'T']);
    await expect(a).toReach(b);
    await expect(a).not.toReach(b, { ...asked, because: 'lost' });
    using again = b.freeze();
    expect(again.pids).toEqual([]);
  }
  await expect(a).toReach(b, asked);
  expect(daemon.running).toBe(true);
});

// the same
test('a lab ends what it has frozen', async () => {
  const lab = createLab();
  const b = lab.namespace('b');
  const daemon = await b.daemon('sleep', ['1000'], { ready: () => {} });
  using _frozen = b.freeze();
  await lab.close();
  expect(daemon.running).toBe(false);
});
