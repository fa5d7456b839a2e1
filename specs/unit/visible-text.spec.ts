import { afterEach, expect, test, vi } from 'vitest';
import { harmless, harmlessJson } from '../../lib/base/visible-text.ts';
import { print, relayLines, say } from '../../lib/cli/print.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.for([
  ['a cursor that moves', '\u001b[2Jx\u001b]0;title\u0007', '␛[2Jx␛]0;title␇'],
  ['one of 8 bits', '\u009b2J', '\ufffd2J'],
  ['a line that is written over', 'ok\rbad', 'ok␍bad'],
  ['a direction that turns', 'a\u202eb\u2066c', 'a\ufffdb\ufffdc'],
  ["a command of GitHub's", '::add-mask::x', ': :add-mask::x'],
  ['one with parameters, on a line of its own', 'a\n  ::error file=a,line=1::x', 'a\n  : :error file=a,line=1::x'],
  ['one after a return', 'a\r::stop-commands::x', 'a␍::stop-commands::x'],
  ['an older one, anywhere in a line', 'a ##[group]x', 'a # #[group]x'],
  ["Azure's", 'a ##vso[task.setvariable variable=a]x', 'a # #vso[task.setvariable variable=a]x'],
  ["TeamCity's", "##teamcity[message text='x']", "# #teamcity[message text='x']"],
] as const)('%s is harmless', ([, text, expected]) => {
  expect(harmless(text)).toBe(expected);
  expect(harmless(harmless(text))).toBe(expected);
});

test.for(['ns1 → ns2\n\tat 10.0.0.1', '::1 answers', '  ::ffff:10.0.0.1 is IPv4', 'a::b::c', '## title', 'C::f(): x'])(
  '%j stays as it is',
  (text) => {
    expect(harmless(text)).toBe(text);
  },
);

// Time grows with the length, not with its square: that would be minutes here.
test.for(['\n', ' \n', '\u2028', '\r\n', '::a ', '#', '\n::a b'])('a megabyte of %j is soon harmless', (text) => {
  const whole = text.repeat(2 ** 20 / text.length);
  expect(harmless(whole).length).toBeGreaterThanOrEqual(whole.length);
});

test('JSON means what it meant', () => {
  const value = ['##[group]', '\u009b2J\u202e', '\u001b[2J', 'plain'];
  const json = harmlessJson(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).not.toMatch(/##\[|[\u0080-\u009f\u202e]/);
});

test('a command that comes in pieces is harmless when it is passed on', () => {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const relay = relayLines();
  for (const piece of ['a\n:', ':add-mask', '::x\n\u001b', '[2J']) relay.write(piece);
  relay.end();
  expect(written).toEqual(['a\n', ': :add-mask::x\n', '␛[2J\n']);
});

test('what a command prints and says is harmless', () => {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  }
  print('\u001b[2J\n');
  say('::add-mask::x');
  expect(written).toEqual(['␛[2J\n', ': :add-mask::x\n']);
});
