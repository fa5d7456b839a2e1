import { afterAll, afterEach, beforeAll, createLab, describe, expect, test } from 'hairpin';

// PLACE ── b: the asking namespace has the name of the place where it asks.
//
// No specs: here awaits are missing where vitest does not look for them, for awaited.spec.ts.
const lab = createLab();
const b = lab.namespace('b');
const at = (place: string) => {
  const namespace = lab.namespace(place);
  lab.cable(namespace, b);
  return namespace;
};

beforeAll(() => {
  void expect(at('beforeAll')).toReach(b);
});

beforeAll(async () => {
  const later = expect(at('laterInBeforeAll')).toReach(b);
  await expect(at('beforeThat')).not.toReach('192.0.2.1', { because: 'unsent' });
  await later;
});

afterAll(async () => {
  void expect(at('afterAll')).not.toReach('192.0.2.1');
  await expect(at('inAfterAll')).toReach(b);
});

describe('with hooks', () => {
  afterEach(async () => {
    void expect(at('afterEach')).toReach(b);
    const later = expect(at('laterInAfterEach')).toReach(b);
    await expect.soft(at('soft')).toReach(b);
    await later;
  });

  test('passes', async ({ onTestFinished }) => {
    onTestFinished(() => {
      void expect(at('onTestFinished')).not.toReach('192.0.2.1', { because: 'unsent' });
    });
    await expect(at('passes')).toReach(b);
  });
});

describe('behind a test', () => {
  const { promise: end, resolve } = Promise.withResolvers<void>();
  afterAll(resolve);

  test('starts what asks behind its end', () => {
    const place = at('behindTheEnd');
    void end.then(() => {
      void expect(place).toReach(b);
    });
  });
});

describe('of tests at once', () => {
  test.concurrent('ends first', () => {});

  test.concurrent('forgets', async () => {
    const place = at('concurrent');
    await place.exec('true');
    void expect(place).toReach(b);
  });

  test.concurrent('awaits', async () => {
    const place = at('awaits');
    await place.exec('true');
    const answer = expect(place).toReach(b);
    await Promise.all([answer, expect(Promise.resolve(place)).resolves.toReach(b)]);
    await answer.then(() => expect(place).toReach(b));
  });
});

let tries = 0;
test('fails before its await, at the first try', { retry: 1 }, async () => {
  const answer = expect(at(`try${++tries}`)).toReach(b);
  if (tries === 1) throw new Error('before the await');
  await answer;
});
