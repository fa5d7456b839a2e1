import { expect, type Lab, test } from 'hairpin';
import { reach } from '../../lib/probes/reach.ts';
import type { ReachOptions } from '../../lib/probes/reach-options.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { needs } from '../needs.ts';

// lab.sh runs it.
needs('sysctl');

/** The end of a script, which asks what `reach` asked. */
async function questionOf(lab: Lab, options: ReachOptions, port?: number): Promise<string[]> {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const report = await reach('spec', a, b, options, { milliseconds: 100 });
  const script = labScript({ namespaces: [], programs: [] }, { ...report, port: port ?? report.port });
  return script.trimEnd().split('trap - EXIT\n\n')[1]?.split('\n') ?? [];
}

// a ── b
test('an echo is asked by ping, which goes on until it is answered', async ({ lab }) => {
  expect(await questionOf(lab, {})).toEqual([
    '# The question: does a reach 10.0.0.2 (b)?',
    'ip netns exec a ping -4 -c 1 -i 0.2 -w 2 10.0.0.2',
  ]);
});

// a ── b
test('over IPv6, and from an address that the spec chose', async ({ lab }) => {
  expect(await questionOf(lab, { family: 6, from: 'fd00::1' })).toEqual([
    '# The question: does a reach fd00::2 (b), asked from fd00::1?',
    'ip netns exec a ping -6 -c 1 -i 0.2 -w 2 -I fd00::1 fd00::2',
  ]);
});

// a ── b
test('by ARP', async ({ lab }) => {
  expect(await questionOf(lab, { by: 'arp' })).toEqual([
    '# The question: does a reach 10.0.0.2 (b)?',
    '# hairpin asked by ARP; arping does the same.',
    'command -v arping >/dev/null || { echo "lab.sh: the question needs arping (iputils-arping)" >&2; exit 3; }',
    'ip netns exec a arping -c 1 -w 1 -I eth0 10.0.0.2',
  ]);
});

// a ── b
test('by TCP', async ({ lab }) => {
  expect(await questionOf(lab, { by: 'tcp' }, 80)).toEqual([
    '# The question: does a reach 10.0.0.2 (b)?',
    '# hairpin asked by TCP, port 80; netcat comes nearest. The first one answers, in place of whoever did.',
    'command -v nc >/dev/null || { echo "lab.sh: the question needs nc (netcat-openbsd)" >&2; exit 3; }',
    'echo answer | ip netns exec b timeout 5 nc -l -p 80 >/dev/null &',
    'sleep 1',
    'ip netns exec a nc -z -w 1 10.0.0.2 80',
  ]);
});

// a ── b
test('by UDP', async ({ lab }) => {
  expect((await questionOf(lab, { by: 'udp', from: '10.0.0.1' }, 53)).slice(2)).toEqual([
    'command -v nc >/dev/null || { echo "lab.sh: the question needs nc (netcat-openbsd)" >&2; exit 3; }',
    'echo answer | ip netns exec b timeout 5 nc -u -l -p 53 >/dev/null &',
    'sleep 1',
    'echo ask | ip netns exec a nc -u -w 1 -s 10.0.0.1 10.0.0.2 53 | grep -q .',
  ]);
});

test('without a question the script only builds', () => {
  expect(labScript({ namespaces: [], programs: [] })).toMatch(/trap - EXIT\n$/);
});
