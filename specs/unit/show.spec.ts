import { expect, test } from 'vitest';
import { show } from '../../lib/kernel/validate.ts';

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
  ['a bigint', 5n, '5'],
  ['a boolean', true, 'true'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('port'), 'Symbol(port)'],
  ['a list with its members', ['a', 1, [null]], "['a', 1, [null]]"],
  ['an empty list', [], '[]'],
  ['an object with its keys', { mode: 'vepa', hairpin: true }, '{ mode, hairpin }'],
  ['an empty object', {}, '{}'],
  ['an object without a prototype', Object.assign(Object.create(null), { mode: 1 }), '{ mode }'],
  ['an object with a key named constructor', { constructor: 'x' }, '{ constructor }'],
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
