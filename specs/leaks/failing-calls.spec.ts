import { closeSync } from 'node:fs';
import { afterAll, beforeAll, describe, onTestFinished, type TestContext, test, vi } from 'vitest';
import { type Faults, openDescriptors } from './failing-calls.ts';

const faults = vi.hoisted(
  (): Faults => ({
    ...{ count: undefined, places: new Map(), failing: 0, failed: undefined, errno: undefined, closing: new Set() },
  }),
);

vi.mock('../../lib/kernel/libc.ts', async (original) =>
  (await import('./failing-calls.ts')).failingLibc(await original<object>(), faults),
);
vi.mock('node:fs', async (original) =>
  (await import('./failing-calls.ts')).failingFs(await original<object>(), faults),
);

type Hairpin = typeof import('hairpin');
type Lab = import('hairpin').Lab;

// In a worker that goes on to other files, or comes from one (--no-isolate), theirs is the true one.
let hairpin: Hairpin;
beforeAll(async () => {
  vi.resetModules();
  hairpin = await import('hairpin');
});
afterAll(() => vi.resetModules());

/** The assertion's own verdict: the network has answered. */
const VERDICT = /an answer after|1 copy/;
/** Or an errno; where the call was not needed, the verdict. */
const CLEAR = new RegExp(`\\bE[A-Z]{3,}|${VERDICT.source}`);

/** Whether it was done is not known: the kernel's answer is what failed. */
const UNKNOWN = /receiving the answer/;

// host/up0 ── sw ── gw
//   └ m1 (a)
function build(lab: Lab, step = <T>(make: () => T): T => make()) {
  const a = step(() => lab.namespace('a'));
  const host = step(() => lab.namespace('host'));
  const gw = step(() => lab.namespace('gw'));
  const sw = step(() => lab.switch('sw', { subnets: ['10.1.0.0/16', 'fd01::/64'] }));
  const { a: up0 } = step(() => lab.cable(host, sw, { a: { name: 'up0' } }));
  step(() => lab.cable(gw, sw));
  step(() => a.macvlan({ parent: up0, mode: 'bridge', name: 'm1' }));
  step(() => a.route.add({ to: '10.9.0.0/16', via: '10.1.0.2' }));
  return { a, gw, host };
}

/** Does something again and again, each time with the next of its calls failing, until none is left to fail. */
async function withEachFailing(once: () => Promise<void>): Promise<void> {
  for (let failing = 1; ; failing++) {
    Object.assign(faults, { count: 0, places: new Map(), failing, failed: undefined });
    await once();
    faults.count = undefined;
    if (faults.failed === undefined) return;
  }
}

test('each call of building fails once: its error is clear, the same step works again, and nothing is left behind', async () => {
  const { createLab, expect } = hairpin;
  const buildTwice = async () => {
    const errors: string[] = [];
    const lab = createLab();
    try {
      const { a, gw } = build(lab, (make) => {
        try {
          return make();
        } catch (error) {
          errors.push(String(error));
          if (UNKNOWN.test(String(error))) throw error;
          return make();
        }
      });
      faults.count = undefined;
      await expect(a).toReach(gw);
    } catch (error) {
      if (!UNKNOWN.test(String(error))) throw error;
    } finally {
      faults.count = undefined;
      await lab.close();
    }
    expect(errors, faults.failed).toEqual(faults.failed ? [expect.stringMatching(CLEAR)] : []);
  };
  await buildTwice();
  const before = openDescriptors(faults);
  await withEachFailing(buildTwice);
  expect(openDescriptors(faults)).toEqual(before);
});

describe('each call fails once, and no descriptor is left behind', () => {
  const kernel = {
    namelessListener: () => import('../../lib/kernel/sockets/nameless-listener.ts'),
    memoryFile: () => import('../../lib/kernel/memory-file.ts'),
    hasLink: () => import('../../lib/links/has-link.ts'),
    macvlan: () => import('../../lib/links/macvlan.ts'),
    backlogs: () => import('../../lib/trace/processor-backlogs.ts'),
    linkwatch: () => import('../../lib/lab/making/linkwatch.ts'),
    drops: () => import('../../lib/kernel/drops/packet-drops.ts'),
    traces: () => import('../../lib/trace/rules/rule-traces.ts'),
    net: () => import('../../lib/kernel/namespaces/net-namespace.ts'),
  };
  /** What a thread makes once and keeps is made anew. */
  const forget = (name: string) => {
    const slot = (globalThis as Record<symbol, object>)[Symbol.for(name)] ?? {};
    for (const [key, kept] of Object.entries(slot) as [keyof typeof slot, { close(): void }][]) {
      kept.close();
      delete slot[key];
    }
  };
  test.for<[string, (skip: TestContext['skip']) => Promise<() => void>]>([
    [
      'a nameless listener',
      async () => {
        const { namelessListener } = await kernel.namelessListener();
        return () => namelessListener().close();
      },
    ],
    [
      'a file in memory',
      async () => {
        const { memoryFile } = await kernel.memoryFile();
        return () => closeSync(memoryFile('test', Buffer.from('text')));
      },
    ],
    [
      'a namespace',
      async () => {
        const { NetNamespace } = await kernel.net();
        return () => NetNamespace.create().close();
      },
    ],
    [
      'trying a kind of link',
      async () => {
        const [{ tryLink }, { macvlan }] = [await kernel.hasLink(), await kernel.macvlan()];
        return () => tryLink(macvlan);
      },
    ],
    [
      'markers through the backlogs',
      async () => {
        const { flushProcessorBacklogs } = await kernel.backlogs();
        return () => {
          try {
            flushProcessorBacklogs();
          } finally {
            forget('hairpin.processor-backlogs');
          }
        };
      },
    ],
    [
      'hurrying the link watch',
      async () => {
        const { hurryLinkwatch } = await kernel.linkwatch();
        return () => {
          try {
            hurryLinkwatch();
          } finally {
            forget('hairpin.linkwatch');
          }
        };
      },
    ],
    [
      'watching drops',
      async (skip) => {
        const [{ PacketDrops }, { NetNamespace }] = [await kernel.drops(), await kernel.net()];
        const { needReasons } = await import('../trace/kernel-line.ts');
        needReasons(skip);
        return () => PacketDrops.start([NetNamespace.home()])?.[Symbol.dispose]();
      },
    ],
    [
      'tracing rules',
      async () => {
        const { RuleTraces } = await kernel.traces();
        const lab = hairpin.createLab();
        onTestFinished(() => lab.close());
        const namespace = lab.namespace('a');
        return () => RuleTraces.start([namespace], {})[Symbol.dispose]();
      },
    ],
  ])('%s', async ([, make], { skip }) => {
    const { expect } = hairpin;
    const run = await make(skip);
    run();
    const before = openDescriptors(faults);
    const errors: string[] = [];
    await withEachFailing(async () => {
      try {
        run();
      } catch (error) {
        errors.push(String(error));
      }
    });
    expect(openDescriptors(faults)).toEqual(before);
    expect(errors.length).toBeGreaterThan(1);
    for (const error of errors) expect(error).toMatch(/\bE[A-Z]{3,}/);
  });

  // a/macvtap0 on a ── b
  test('opening a macvtap', async ({ skip }) => {
    const { createLab, expect, supports } = hairpin;
    const { isRootOfMachine } = await import('../../lib/kernel/namespaces/user-namespace.ts');
    if (!isRootOfMachine()) skip('needs root of the host, for device nodes');
    if (!supports('macvtap')) skip('needs CONFIG_MACVTAP');
    const lab = createLab();
    try {
      const [a, b] = [lab.namespace('a'), lab.namespace('b')];
      const { a: parent } = lab.cable(a, b);
      const tap = a.macvtap({ parent, mode: 'bridge' });
      const open = () => tap.open({ vnetHeader: true }).close();
      open();
      const before = openDescriptors(faults);
      const errors: string[] = [];
      await withEachFailing(async () => {
        try {
          open();
        } catch (error) {
          errors.push(String(error));
        }
        expect(tap.queues).toEqual([]);
      });
      expect(openDescriptors(faults)).toEqual(before);
      expect(errors.length).toBeGreaterThan(1);
    } finally {
      faults.count = undefined;
      await lab.close();
    }
  });
});

describe('each call of a question fails once: what is there is never denied, and nothing is left behind', () => {
  test.for<[string, (expect: Hairpin['expect'], ends: ReturnType<typeof build>) => PromiseLike<unknown>]>([
    ['not.toReach by icmp', (expect, { a, gw }) => expect(a).not.toReach(gw)],
    ['not.toReach by icmp over IPv6', (expect, { a, gw }) => expect(a).not.toReach(gw, { family: 6 })],
    ['not.toReach by arp', (expect, { a, gw }) => expect(a).not.toReach(gw, { by: 'arp' })],
    ['not.toReach by udp', (expect, { a, gw }) => expect(a).not.toReach(gw, { by: 'udp' })],
    ['not.toReach by tcp', (expect, { a, gw }) => expect(a).not.toReach(gw, { by: 'tcp' })],
    ['not.toReach for a time', (expect, { a, gw }) => expect(a).not.toReach(gw, { hold: 20 })],
    ['not.toHear unicast', (expect, { a, gw }) => expect(a).not.toHear(gw, { frame: 'unicast' })],
    ['not.toHear multicast', (expect, { a, gw }) => expect(a).not.toHear(gw, { frame: 'multicast' })],
    ['not.toHear arp', (expect, { a, gw }) => expect(a).not.toHear(gw, { frame: 'arp' })],
    ['not.toHear nd', (expect, { a, gw }) => expect(a).not.toHear(gw, { frame: 'nd' })],
    ['toHear no copies', (expect, { a, gw }) => expect(a).toHear(gw, { frame: 'broadcast', copies: 0 })],
  ])('%s', async ([, ask]) => {
    const { expect } = hairpin;
    await withoutLeak(async (ends) => {
      const answer = await ask(expect, ends).then(
        () => 'it passed',
        (error: Error) => error.message,
      );
      expect(answer, faults.failed).toMatch(faults.failed ? CLEAR : VERDICT);
    });
  });

  // A parent's own host and its children do not talk in mode bridge.
  test('a negative that is true', async () => {
    const { expect } = hairpin;
    await withoutLeak(async ({ a, host }) => {
      const answer = await expect(a)
        .not.toReach(host)
        .then(
          () => 'it passed',
          (error: Error) => error.message,
        );
      expect(answer, faults.failed).toMatch(faults.failed ? /^it passed$|\bE[A-Z]{3,}/ : /^it passed$/);
    });
  });

  test('the matrix of toMatchReachability', async () => {
    const { expect } = hairpin;
    const { reachability } = await import('../../lib/probes/reachability.ts');
    const { quietIn } = await import('../../lib/trace/quiescence.ts');
    await withoutLeak(async ({ a, gw }) => {
      const answer = await reachability([a, gw], { quiet: () => quietIn(a.lab, 'packets') }).then(
        (matrix) => matrix.flat().map((result) => result?.outcome ?? 'answered'),
        (error: Error) => [error.message],
      );
      const clear = faults.failed ? /^(answered|broken)$|\bE[A-Z]{3,}/ : /^answered$/;
      for (const outcome of answer) expect(outcome, faults.failed).toMatch(clear);
    });
  });
});

/** Asks in a lab, with each call failing; when the lab has ended, all is as it was before. */
async function withoutLeak(ask: (ends: ReturnType<typeof build>) => Promise<void>): Promise<void> {
  const { createLab, expect } = hairpin;
  const inLab = async (work: (ends: ReturnType<typeof build>) => Promise<void>) => {
    const lab = createLab();
    try {
      await work(build(lab));
    } finally {
      faults.count = undefined;
      await lab.close();
    }
  };
  // What a thread keeps is made by the first: a socket for markers, too.
  await inLab(async (ends) => {
    await ask(ends);
    await expect(ends.a).not.toReach(ends.host);
  });
  const before = openDescriptors(faults);
  await inLab((ends) => withEachFailing(() => ask(ends)));
  const left = openDescriptors(faults);
  // The steering of markers is given up when its file cannot be written.
  for (const each of before) if (left.includes(each)) left.splice(left.indexOf(each), 1);
  expect(left).toEqual([]);
}
