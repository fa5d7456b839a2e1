import type { AttemptDetail, ListedTest } from '../../../lib/report/html/page-data.ts';

/** A run of two folders, and of files in none. */
export const TESTS: ListedTest[] = [
  { file: 'The run itself', names: ['errors outside of any test'], state: 'failed', milliseconds: 0, outside: true },
  { file: 'specs/lab/vlan.spec.ts', names: ['VLANs', 'are told apart'], state: 'passed', milliseconds: 12.4 },
  { file: 'specs/lab/vlan.spec.ts', names: ['VLANs', 'are <b>'], state: 'failed', milliseconds: 1234 },
  { file: 'specs/lab/bond.spec.ts', names: ['bonds'], state: 'skipped', milliseconds: 0 },
  { file: 'core: specs/modes/vepa.spec.ts', names: ['vepa'], state: 'passed', milliseconds: 3, flaky: true },
];

export const ATTEMPT: AttemptDetail = { state: 'passed', milliseconds: 10, errors: [], assertions: [], links: [] };

/** A probe from a/eth0 that is lost at r/eth0. */
export const FAILURE: NonNullable<AttemptDetail['failure']> = {
  question: 'expect(a).toReach(b)',
  paths: [
    {
      of: 'the last probe',
      packet: 'ICMP echo request 10.0.0.1 > 10.0.1.2',
      hops: [
        { at: 'a/eth0', direction: 'out', microseconds: 0, frame: 0 },
        { at: 'r/eth0', direction: 'in', from: 0, microseconds: 7, frame: 0 },
      ],
      lost: { at: 'r/eth0', code: 'route.none', text: 'r has no route to 10.0.1.2', hint: 'r.route.add({ … })' },
    },
  ],
  frames: [{ line: 'ICMP echo request', layers: [{ layer: 'Ethernet', fields: [['source', '02:00:00:00:00:01']] }] }],
};
