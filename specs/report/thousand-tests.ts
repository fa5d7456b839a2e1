const FILES = 5;
const SUITES = 10;
const TESTS = 20;

/** How many there are in all. */
export const THOUSAND = FILES * SUITES * TESTS;

/** What fails, each in its own way, by the numbers of its file, its suite and its place there. */
const PLANTED: Record<string, string> = {
  // a ── b, whose filter takes what comes
  '0-3-7': `
  const { a, b } = wire(lab);
  await b.exec('nft', ['add table ip t; add chain ip t c { type filter hook input priority 0; policy drop; }']);
  await expect(a).toReach(b, { within: 50 });`,
  // a ── r ── b, where r has forgotten to forward
  '2-9-19': `
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  await expect(a).toReach(b, { within: 50 });`,
  // h0 … h23 ── sw, more than a window has room for: the last one is pulled out
  '4-0-0': `
  const sw = lab.switch('sw');
  const hosts = Array.from({ length: 24 }, (_, number) => lab.namespace('h' + number));
  const ends = hosts.map((host) => lab.cable(host, sw).a);
  ends[23].set({ up: false });
  await expect(hosts[0]).toReach(hosts[23], { within: 50 });`,
};

const HEAD = `import { describe, expect, test } from 'hairpin';
const wire = (lab) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return { a, b };
};
`;

/** A thousand tests as the files of a project. One in four has a network, a ── b. */
export function thousandTests(): Record<string, string> {
  return Object.fromEntries(numbers(FILES).map((file) => [`part-${file}.test.ts`, HEAD + suitesOf(file)]));
}

function suitesOf(file: number): string {
  const suites = numbers(SUITES).map((suite) => {
    const tests = numbers(TESTS).map((number) => testOf(`${file}-${suite}-${number}`, number));
    return `describe('suite ${suite}', () => {\n${tests.join('\n')}\n});\n`;
  });
  return suites.join('');
}

function testOf(key: string, number: number): string {
  const planted = PLANTED[key];
  if (planted) return `test('planted ${key}', async ({ lab }) => {${planted}\n});`;
  if (number % 4 > 0) return `test('plain ${key}', () => expect(${number}).toBe(${number}));`;
  return `test('wired ${key}', async ({ lab }) => {
  const { a, b } = wire(lab);
  await expect(a).toReach(b);
});`;
}

function numbers(length: number): number[] {
  return Array.from({ length }, (_, number) => number);
}
