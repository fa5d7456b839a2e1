import { expect, test } from 'vitest';
import { show } from '../../lib/base/validate.ts';

class Namespace {
  readonly name = 'ns1';
}
class Interface {}

test.each<[string, unknown, string]>([
  ['a string in quotes', 'brdige', "'brdige'"],
  ['a quote escaped', "it's", "'it\\'s'"],
  ['what a terminal would not show', 'a\n\t\r\0\x1b\ud800😀', "'a\\n\\t\\r\\0\\u001b\\ud800😀'"],
  ['the empty string', '', "''"],
  ['a number', 1.5, '1.5'],
  ['NaN', Number.NaN, 'NaN'],
  ['a bigint', 5n, '5n'],
  ['a boolean', true, 'true'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('port'), 'Symbol(port)'],
  ['a list with its members', ['a', 1, [null]], "['a', 1, [null]]"],
  ['an empty list', [], '[]'],
  ['a list with a hole', new Array(1), '[undefined]'],
  [
    'an object with its values',
    { mode: 'vepa', hairpin: true, mac: undefined },
    "{ mode: 'vepa', hairpin: true, mac: undefined }",
  ],
  ['objects in lists and objects', { on: [{ port: 53 }] }, '{ on: [{ port: 53 }] }'],
  ['a key that needs quotes', { 'network-mode': "it's" }, "{ 'network-mode': 'it\\'s' }"],
  [
    'the beginning of a deep object',
    { a: { b: { c: { d: 1 }, e: [1], f: [], g: {} } } },
    '{ a: { b: { c: { … }, e: […], f: [], g: {} } } }',
  ],
  ['the beginning of a long list', Array(1000).fill('abcdefgh'), `[${"'abcdefgh', ".repeat(10)}… and 990 more]`],
  ['one member at least', [{ a: 'x'.repeat(200) }], `[{ a: '${'x'.repeat(60)}…' }]`],
  ['an object with a long text', { text: 'y'.repeat(61), port: 1 }, `{ text: '${'y'.repeat(60)}…', port: 1 }`],
  ['an object that is in itself', itself(), '{ self: { self: { self: { … } } } }'],
  ['an empty object', {}, '{}'],
  ['an object without a prototype', Object.assign(Object.create(null), { mode: 1 }), '{ mode: 1 }'],
  ['an object with a key named constructor', { constructor: 'x' }, "{ constructor: 'x' }"],
  ['an instance with its name', new Namespace(), 'a Namespace ns1'],
  ['an instance without one', new Interface(), 'an Interface'],
  ['a promise, which somebody forgot to await', Promise.resolve(), 'a Promise'],
  ['a function with its name', function build() {}, 'the function build'],
  ['a class', Namespace, 'the function Namespace'],
])('shows %s', (_, value, text) => {
  expect(show(value)).toBe(text);
});

test('shows a function without a name', () => {
  expect(show((() => () => {})())).toBe('a function');
});

function itself(): object {
  const made: { self?: object } = {};
  made.self = made;
  return made;
}
