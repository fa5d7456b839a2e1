import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ownKinds } from '../../lib/links/registry.ts';
import { circles, importsOf, violations } from './layering.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = globSync('{lib,fixtures,specs}/**/*.{ts,tsx}', { cwd: root }).map((file) => file.replaceAll(sep, '/'));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('every import goes down: specs, fixtures, matchers, probes, lab, netlink, kernel, wire', () => {
  // This file shows bad imports below, and reads no others.
  const others = files.filter((file) => file !== 'specs/unit/architecture.spec.ts');
  expect(others.flatMap((file) => violations(file, read(file)))).toEqual([]);
});

test('no imports go round in a circle', () => {
  const checked = files.filter((file) => !file.startsWith('specs/'));
  expect(circles(new Map(checked.map((file) => [file, read(file)])))).toEqual([]);
});

test.for<[string, Record<string, string>, string[]]>([
  [
    'three files, and none of those that only lead to them or from them',
    {
      'lib/links/a.ts': "import { b } from './b.ts';",
      'lib/links/b.ts': "import type { C } from './c.ts';",
      'lib/links/c.ts': "import { a } from './a.ts';\nimport { end } from './end.ts';",
      'lib/links/end.ts': '',
      'lib/state/start.ts': "import { a } from '../links/a.ts';",
    },
    [
      'lib/links/a.ts imports lib/links/b.ts, in a circle',
      'lib/links/b.ts imports lib/links/c.ts, in a circle',
      'lib/links/c.ts imports lib/links/a.ts, in a circle',
    ],
  ],
  [
    'in lib/lab only what is imported by value',
    {
      'lib/lab/a.ts': "import { b } from './b.ts';\nimport type { C } from './c.ts';",
      'lib/lab/b.ts': "import { a } from './a.ts';",
      'lib/lab/c.ts': "import type { A } from './a.ts';",
    },
    ['lib/lab/a.ts imports lib/lab/b.ts, in a circle', 'lib/lab/b.ts imports lib/lab/a.ts, in a circle'],
  ],
])('the check of circles finds %s', ([, sources, sentences]) => {
  expect(circles(new Map(Object.entries(sources)))).toEqual(sentences);
});

test('the files that the check is about are there, with the imports that it reads', () => {
  for (const file of ['lib/index.ts', 'lib/pool.ts', 'lib/kernel/clock.ts', 'fixtures/index.ts']) {
    expect(files).toContain(file);
  }
  expect(importsOf(read('lib/kernel/libc.ts'))).toEqual(['node:os', 'koffi']);
  expect(importsOf(read('lib/index.ts'))).toContain('../fixtures/index.ts');
});

test.for(ownKinds())('the check knows the kind $kind', ({ kind }) => {
  expect(violations('lib/state/x.ts', `const is = link.kind === '${kind}';`)).toHaveLength(1);
});

describe('the check finds', () => {
  test.each<[string, string, string, string]>([
    [
      'an import upward',
      'lib/kernel/sockets/socket.ts',
      "import { Lab } from '../../lab/lab.ts';",
      'lib/kernel/sockets/socket.ts imports lib/lab/lab.ts, which is not below it',
    ],
    [
      'an import sideways',
      'lib/probes/ask.ts',
      "import type { Frame } from '../model/frame.ts';",
      'lib/probes/ask.ts imports lib/model/frame.ts, which is not below it',
    ],
    [
      'an import over several lines',
      'lib/lab/lab.ts',
      "import {\n  type Kind,\n  reach,\n} from '../probes/reach.ts';",
      'lib/lab/lab.ts imports lib/probes/reach.ts, which is not below it',
    ],
    [
      'an export again',
      'lib/kernel/x.ts',
      "export * from '../lab/lab.ts';",
      'lib/kernel/x.ts imports lib/lab/lab.ts, which is not below it',
    ],
    [
      'an import for its effect',
      'lib/lab/x.ts',
      "import '../matchers/index.ts';",
      'lib/lab/x.ts imports lib/matchers/index.ts, which is not below it',
    ],
    [
      'a dynamic import',
      'lib/lab/x.ts',
      "  const { test } = await import('../../fixtures/index.ts');",
      'lib/lab/x.ts imports fixtures/index.ts, which is not below it',
    ],
    [
      'wire with any other folder',
      'lib/wire/arp.ts',
      "import { u16 } from '../kernel/bytes.ts';",
      'lib/wire/arp.ts imports lib/kernel/bytes.ts, which is not below it',
    ],
    [
      'a model that asks the lab',
      'lib/model/exchange.ts',
      "import { Macvlan } from '../lab/index.ts';",
      'lib/model/exchange.ts is pure, but imports lib/lab/index.ts',
    ],
    [
      'a spec that goes round the name of the library',
      'specs/modes/vepa.spec.ts',
      "import { test } from '../../lib/index.ts';",
      "specs/modes/vepa.spec.ts imports lib/index.ts, which only a spec may, as 'hairpin'",
    ],
    [
      'a library that asks itself by its name',
      'lib/cli/modes.ts',
      "import { createLab } from 'hairpin/lab';",
      'lib/cli/modes.ts imports hairpin/lab, which only specs may',
    ],
    [
      'vitest below the matchers',
      'lib/probes/ask.ts',
      "import { vi } from 'vitest';",
      'lib/probes/ask.ts imports vitest, which only lib/matchers, lib/report, lib/shell/held-tests.ts, lib/shell/pause-on-failure.ts, lib/mutate, lib/pool.ts, lib/config.ts, lib/index.ts, ' +
        'fixtures, specs may',
    ],
    [
      'koffi above the kernel',
      'lib/lab/lab.ts',
      "import koffi from 'koffi';",
      'lib/lab/lab.ts imports koffi, which only lib/kernel may',
    ],
    [
      'a folder that nobody gave a place',
      'lib/extras/x.ts',
      "import { Lab } from '../lab/lab.ts';",
      'lib/extras/x.ts has no place in the layering',
    ],
    [
      'a child process that is not in a namespace',
      'lib/lab/programs/exec.ts',
      "import { spawn } from 'node:child_process';",
      'lib/lab/programs/exec.ts imports node:child_process, which only lib/pool.ts, lib/cli/in-container.ts, ' +
        'lib/cli/in-own-namespaces.ts, lib/kernel/namespaces/own-namespaces.ts, lib/kernel/programs/reaper.ts, lib/kernel/namespaces/why-no-namespaces.ts, ' +
        'lib/machines/start-program.ts, lib/machines/merge-reports.ts, lib/shell/debugger-port.ts, specs may',
    ],
    [
      'a timer that fake timers would stop',
      'lib/probes/ask.ts',
      'await new Promise((done) => setTimeout(done, 10));',
      'lib/probes/ask.ts uses setTimeout, which fake timers stop: use after() of lib/kernel/clock.ts',
    ],
    [
      'a global that the oldest Node has not',
      'lib/topologies/record.ts',
      'using sockets = new DisposableStack();',
      'lib/topologies/record.ts uses DisposableStack, which Node 22 does not have: use ResourceStack of lib/base',
    ],
    [
      'words of others that go to a terminal as they are',
      'lib/cli/test.ts',
      'process.stderr.write(run.output);',
      'lib/cli/test.ts uses process.stderr.write, which only lib/cli/print.ts, lib/cli/needs-node.ts, lib/report/warn.ts, lib/shell/wait-elsewhere.ts may',
    ],
    [
      'a path that is cleared without a look at it',
      'lib/cli/test.ts',
      'rmSync(join(root, kernel.name), { recursive: true });',
      'lib/cli/test.ts uses rmSync, which only lib/report/results.ts, lib/report/write-file.ts, lib/machines/cache.ts, ' +
        'lib/machines/apt-kernels.ts, lib/machines/test-on-kernel.ts, lib/kernel/programs/cgroup.ts may',
    ],
    [
      'a test for the class of a kind of links',
      'lib/trace/path.ts',
      'if (device instanceof Macvlan) return device.parent;',
      'lib/trace/path.ts has instanceof Macvlan: only lib/links and lib/model tell kinds of links apart; ask lib/links',
    ],
    [
      'a list of kinds of links',
      'lib/report/script/buildable.ts',
      "const SIMPLE = ['dummy', 'ifb'];",
      "lib/report/script/buildable.ts has 'dummy', 'ifb': only lib/links and lib/model tell kinds of links apart; ask lib/links",
    ],
    [
      'a comparison with the name of a kind of links',
      'lib/state/read-network.ts',
      "return hasPorts(link) || link.kind === 'vxlan';",
      "lib/state/read-network.ts has kind === 'vxlan': only lib/links and lib/model tell kinds of links apart; ask lib/links",
    ],
    [
      'such a comparison the other way round',
      'lib/trace/path.ts',
      "if ('wireguard' !== device.kind) return;",
      "lib/trace/path.ts has 'wireguard' !== device.kind: only lib/links and lib/model tell kinds of links apart; ask lib/links",
    ],
    [
      'a kind of links that something else stands for',
      'lib/lab/cable.ts',
      "const { kind: named = 'veth', mtu } = options;",
      "lib/lab/cable.ts has kind: named = 'veth': only lib/links and lib/model tell kinds of links apart; ask lib/links",
    ],
    [
      'a kind of links that is given by its name',
      'lib/state/read-changes.ts',
      "const port = freshLink('veth', true);",
      "lib/state/read-changes.ts has freshLink('veth': only lib/links and lib/model tell kinds of links apart; ask lib/links",
    ],
    [
      'a member that is public, and not meant to be',
      'lib/lab/namespace.ts',
      '  /** @internal */\n  readonly handle: NetNamespace;',
      'lib/lab/namespace.ts has a member marked @internal: what a spec must not use belongs to the engine (engineOf)',
    ],
    [
      'a method that is added to a class of another layer',
      'lib/trace/trace-lab.ts',
      'Lab.prototype.trace = function trace() {};',
      'lib/trace/trace-lab.ts changes a prototype: a class has its members in its own file',
    ],
    [
      'methods that are added by a call',
      'lib/trace/trace-lab.ts',
      'Object.assign(Lab.prototype, { trace });',
      'lib/trace/trace-lab.ts changes a prototype: a class has its members in its own file',
    ],
    [
      'an object that becomes one of another class',
      'lib/lab/port.ts',
      'Object.setPrototypeOf(device, Port.prototype);',
      'lib/lab/port.ts changes a prototype: a class has its members in its own file',
    ],
    [
      'a declaration that merges with another',
      'lib/trace/trace-lab.ts',
      "declare module '../lab/lab.ts' {\n  interface Lab {}\n}",
      'lib/trace/trace-lab.ts adds to the declarations of another file: a class has its members in its own file',
    ],
    [
      'a timer of node:timers/promises',
      'lib/probes/ask.ts',
      "import { scheduler } from 'node:timers/promises';",
      'lib/probes/ask.ts imports node:timers/promises, which only lib/kernel/clock.ts, specs may',
    ],
  ])('%s', (_, file, source, sentence) => {
    expect(violations(file, source)).toEqual([sentence]);
  });
});

describe('the check lets pass', () => {
  test.each([
    ['an import downward', 'lib/matchers/to-reach.ts', "import { reach } from '../probes/reach.ts';"],
    ['an import within a folder', 'lib/netlink/link.ts', "import { listAttributes } from './attribute.ts';"],
    ['a model that reads addresses', 'lib/model/frame.ts', "import { isMac } from '../wire/mac-address.ts';"],
    ['the fixtures in what a spec imports', 'lib/index.ts', "export * from '../fixtures/index.ts';"],
    ['a spec of a part', 'specs/unit/arp.spec.ts', "import { decodeArp } from '../../lib/wire/arp.ts';"],
    [
      'an example in a comment',
      'lib/lab/lab.ts',
      "/**\n * import { test } from 'vitest';\n */\n// setTimeout is not used",
    ],
  ])('%s', (_, file, source) => {
    expect(violations(file, source)).toEqual([]);
  });
});
