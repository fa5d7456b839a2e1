import { expect, test } from 'vitest';
import { readVerdicts } from '../../bench/selftest-verdicts.ts';

function read(lines: readonly string[], end: number | string = 0) {
  return [...readVerdicts({ name: 'script', output: lines.join('\n'), end })];
}

test.for<[form: string, lines: string[], verdicts: [string, string][]]>([
  [
    'names with a verdict in brackets, with TEST: and without',
    [
      '    TEST: test_arp:  accept_arp=0                   [ OK ]',
      'TEST: ping   [FAIL]',
      'two remotes\t[ OK ]',
      'TEST: x [SKIP]',
    ],
    [
      ['test_arp: accept_arp=0', 'pass'],
      ['ping', 'fail'],
      ['two remotes', 'pass'],
      ['x', 'skip'],
    ],
  ],
  [
    'a verdict before the name',
    ['PASS: policy routing', 'OK: counters at expected values', 'ERROR: cannot ping', 'SKIP: No nft'],
    [
      ['policy routing', 'pass'],
      ['counters at expected values', 'pass'],
      ['cannot ping', 'fail'],
      ['No nft', 'skip'],
    ],
  ],
  [
    'TAP',
    ['TAP version 13', '1..3', 'ok 1 first', 'not ok 2 - second', 'ok 3 third # SKIP no such device'],
    [
      ['first', 'pass'],
      ['second', 'fail'],
      ['third', 'skip'],
    ],
  ],
  [
    'a verdict on a line of its own, of the case that was announced, else of the script',
    ['run arp_announce test', 'net.ipv4.conf.veth0.arp_announce = 2', 'ok', 'run arp_ignore test', 'failed', 'OK'],
    [
      ['arp_announce', 'pass'],
      ['arp_ignore', 'fail'],
      ['script', 'pass'],
    ],
  ],
  ['a verdict with a reason', ['FAIL - got no response'], [['script', 'fail']]],
])('it reads %s', ([, lines, verdicts]) => {
  expect(read(lines)).toEqual(verdicts);
});

test('a name that comes again gets a number', () => {
  expect(read(['TEST: ping [ OK ]', 'TEST: ping [FAIL]', 'TEST: ping [ OK ]'])).toEqual([
    ['ping', 'pass'],
    ['ping (2)', 'fail'],
    ['ping (3)', 'pass'],
  ]);
});

test('the random ends of the names of namespaces are left out', () => {
  expect(read(['PASS: ns0-Xy12Zab8 can reach ns1-Xy12Zab8'])).toEqual([['ns0 can reach ns1', 'pass']]);
});

test.for<[end: number | string, verdict: string]>([
  [0, 'pass'],
  [1, 'fail'],
  [4, 'skip'],
  ['ended by SIGKILL', 'fail'],
])('the end %s decides where the script prints no verdict', ([end, verdict]) => {
  expect(read(['PING 10.0.0.1'], end)).toEqual([['script', verdict]]);
});

test.for<[end: number | string, title: string]>([
  [1, '(exit code 1)'],
  ['ended by SIGKILL', '(ended by SIGKILL)'],
])('an error at the end that no case tells of is a case: %s', ([end, title]) => {
  expect(read(['TEST: ping [ OK ]'], end)).toEqual([
    ['ping', 'pass'],
    [title, 'fail'],
  ]);
  expect(read(['TEST: ping [FAIL]'], end)).toEqual([['ping', 'fail']]);
});
