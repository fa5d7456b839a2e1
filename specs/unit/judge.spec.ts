import { describe, expect, test } from 'vitest';
import { judge } from '../../lib/mutate/judge.ts';
import { judgementText } from '../../lib/mutate/judgement-text.ts';
import type { Fate, TriedMutant } from '../../lib/mutate/mutant.ts';
import type { MutatedTest } from '../../lib/mutate/run-mutation.ts';

// What is made of the fates of mutants, without a network.
function mutant(what: string, fate: Fate, more: Partial<TriedMutant> = {}): TriedMutant {
  const [target, lab] = [what, `lab with ${what}`];
  return { what, target, line: '3', fate, lab, omission: false, chosen: true, asked: true, unnamed: false, ...more };
}

function tested(name: string, mutants: TriedMutant[], more: Partial<MutatedTest> = {}): MutatedTest {
  return { file: 'x.test.ts', name, line: 2, meta: { mutants, lab: 'lab', refusals: false }, ...more };
}

const turned = 'sw/p0: hairpin on → off';

describe('a mutant', () => {
  test('that one test of the file notices is no survivor', () => {
    const tests = [tested('one', [mutant(turned, 'survived')]), tested('two', [mutant(turned, 'killed')], { line: 9 })];
    expect(judge(tests)).toMatchObject({ killed: 1, mutants: 1, score: 100, survivors: [] });
  });

  test('that another file has noticed survives in this one', () => {
    const other = tested('other', [mutant(turned, 'killed')], { file: 'y.test.ts' });
    expect(judge([tested('one', [mutant(turned, 'survived')]), other])).toMatchObject({
      killed: 1,
      mutants: 2,
      score: 50,
      survivors: [{ file: 'x.test.ts', lines: ['3'], what: turned, tests: ['one'] }],
    });
  });

  test('that is left out is told by its statement, not by its words', () => {
    const change = { omission: true, target: '5:3' };
    const tests = [
      tested('case 1', [mutant('m1.set({ mode: "vepa" }): not done', 'survived', change)]),
      tested('case 2', [mutant('m1.set({ mode: "bridge" }): not done', 'killed', change)]),
    ];
    expect(judge(tests)).toMatchObject({ killed: 1, mutants: 1, survivors: [] });
  });

  test('that another case of the test has as its network is none: the spec says that it does not matter', () => {
    const other = tested('hairpin off', [], { meta: { mutants: [], lab: `lab with ${turned}`, refusals: false } });
    const both = [tested('hairpin on', [mutant(turned, 'survived')]), other];
    expect(judge(both)).toMatchObject({ mutants: 0, score: 100, survivors: [], vacuous: [] });
    const elsewhere = [both[0] as MutatedTest, { ...other, line: 20 }];
    expect(judge(elsewhere)).toMatchObject({ mutants: 1, survivors: [{ what: turned }] });
  });

  test('that the spec does not mean counts only where it is noticed', () => {
    expect(judge([tested('one', [mutant(turned, 'survived', { unnamed: true })])])).toMatchObject({ mutants: 0 });
    expect(judge([tested('one', [mutant(turned, 'killed', { unnamed: true })])])).toMatchObject({ mutants: 1 });
  });

  test('of which nothing is known counts nowhere', () => {
    const unknown = (['timeout', 'unviable', 'spared'] as const).map((fate) => mutant(`${turned}, ${fate}`, fate));
    expect(judge([tested('one', unknown)])).toMatchObject({ mutants: 0, score: 100, vacuous: [], timeouts: 1 });
  });

  test('on a line that says so is ignored', () => {
    const tests = [tested('one', [mutant(turned, 'survived'), mutant('other', 'killed')])];
    expect(judge(tests, (file, line) => file === 'x.test.ts' && line === '3')).toMatchObject({
      mutants: 1,
      survivors: [],
    });
  });
});

describe('a test', () => {
  test('that notices none of its mutants is vacuous, whatever the others notice', () => {
    const [blind, seeing] = [
      tested('blind', [mutant(turned, 'survived')]),
      tested('seeing', [mutant(turned, 'killed')]),
    ];
    expect(judge([blind, seeing]).vacuous).toEqual([{ file: 'x.test.ts', line: 2, name: 'blind', mutants: 1 }]);
  });

  test('that asks nothing is vacuous, too', () => {
    expect(judge([tested('mute', [mutant(turned, 'unasked')])]).vacuous).toHaveLength(1);
  });

  test('that is about refused calls is not', () => {
    const meta = { mutants: [mutant(turned, 'survived')], lab: 'lab', refusals: true };
    expect(judge([tested('refusal', [], { meta })])).toMatchObject({
      vacuous: [],
      survivors: [],
      refusals: [{ name: 'refusal' }],
    });
  });

  test('that fails only where it cannot ask is named, unless another of its cases does otherwise', () => {
    const stuck = tested('stuck', [mutant(turned, 'survived'), mutant('down', 'killed', { unaskable: true })]);
    expect(judge([stuck])).toMatchObject({ vacuous: [], unmoved: [{ name: 'stuck' }] });
    expect(judge([stuck, tested('moves', [mutant('mode', 'killed')])])).toMatchObject({ unmoved: [] });
  });

  test('that fails as it is, and one without a network, are told apart', () => {
    const failing = tested('failing', [], { meta: { mutants: [], lab: 'lab', refusals: false, failure: 'no answer' } });
    const skipped = tested('skipped', [], { meta: undefined });
    expect(judge([failing, skipped, tested('idle', [])])).toMatchObject({
      failing: [{ name: 'failing', failure: 'no answer' }],
      idle: [{ name: 'idle' }],
    });
  });
});

test('the score is rounded down: nothing that survives is 100 %', () => {
  const mutants = Array.from({ length: 3000 }, (_, number) => mutant(`knob ${number}`, number ? 'killed' : 'survived'));
  expect(judge([tested('one', mutants)]).score).toBe(99.9);
});

test('the words: by file, vacuous tests, unmoved ones, the table, what is not judged, the score', () => {
  const survivor = mutant(turned, 'survived');
  const tests = [
    tested('notices some', [survivor, mutant('other', 'killed'), mutant('late', 'timeout')]),
    tested('also makes it', [{ ...survivor, line: '14' }, mutant('other', 'killed')], { line: 13 }),
    tested('blind', [mutant('blind', 'survived', { unnamed: true })], { file: 'a.test.ts' }),
    tested('stuck', [mutant('down', 'killed', { unaskable: true })], { file: 'a.test.ts', line: 5 }),
    tested('wrong use', [], { line: 30, meta: { mutants: [mutant('x', 'survived')], lab: '', refusals: true } }),
  ];
  expect(judgementText(judge(tests))).toBe(`a.test.ts
  ✗ line 2: "blind" is vacuous: it passes with the one knob of its network turned
  ! line 5: "stuck" has the same answer with every knob turned, unless it cannot ask at all

x.test.ts
  line   turned, and no test noticed
  3, 14  sw/p0: hairpin on → off

Not judged: 1 test is about calls that are refused, whatever the network.

Not judged: 1 run that ran out of time.

2 of 3 mutants noticed: score 66.6 %; 1 vacuous test
`);
});
