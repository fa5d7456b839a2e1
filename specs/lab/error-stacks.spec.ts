import { fileURLToPath } from 'node:url';
import { expect, type Interface, type Lab, type Namespace, test } from 'hairpin';

const HERE = fileURLToPath(import.meta.url);

/** The frames of what a call throws. */
function framesOf(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    const head = `${name}: ${message}\n`;
    expect(stack.startsWith(head)).toBe(true);
    return stack.slice(head.length).split('\n');
  }
  throw new Error('it was not refused');
}

// a eth0 ── p0 sw
test.for<[call: string, (net: { lab: Lab; a: Namespace; eth0: Interface }) => unknown]>([
  ['sysctl.set, refused by the kernel', ({ a }) => a.sysctl.set('net.ipv4.ip_forward', 'yes')],
  ['sysctl.set', ({ a }) => a.sysctl.set('net.ipv4.ip_forward', '')],
  ['route.add, by way of several files', ({ a }) => a.route.add({ to: 'home', via: '10.0.0.2' })],
  ['an unknown option', ({ eth0 }) => eth0.set({ speed: 10 } as never)],
  ['a list, by way of a callback', ({ lab, a }) => lab.cable(a, a, { a: { address: ['x'] } })],
  ['an address, refused by the kernel', ({ eth0 }) => eth0.address.add('10.0.0.1/24')],
  ['a namespace', ({ lab }) => lab.namespace('a')],
])("an error's stack begins at the spec's line: %s", ([, call], { lab }) => {
  const a = lab.namespace('a');
  const { a: eth0 } = lab.cable(a, lab.switch('sw'));
  const frames = framesOf(() => call({ lab, a, eth0 }));
  expect(frames[0]).toContain(HERE);
  expect(frames.filter((frame) => /\/(lib|fixtures)\/(?!.*node_modules)/.test(frame))).toEqual([]);
  expect(frames.length).toBeLessThanOrEqual(Error.stackTraceLimit);
});

test('so does that of a fixture', ({ macvlanPair }) => {
  macvlanPair();
  expect(framesOf(() => macvlanPair())[0]).toContain(HERE);
});

// deep down in a spec's own helpers
test('a spec that is deep itself keeps its own line', ({ lab }) => {
  const a = lab.namespace('a');
  const deep = (left: number): unknown => (left === 0 ? a.route.list('x' as never) : deep(left - 1));
  const frames = framesOf(() => deep(30));
  expect(frames[0]).toContain(HERE);
  expect(frames).toHaveLength(Error.stackTraceLimit);
});

test('what a spec hands to a built-in function keeps that frame', ({ lab }) => {
  const a = lab.namespace('a');
  const frames = framesOf(() => ['x'].map((family) => a.route.list(family as never)));
  expect(frames[0]).toContain(HERE);
  expect(frames[1]).toContain('Array.map (<anonymous>)');
});
