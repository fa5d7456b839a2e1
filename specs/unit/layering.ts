import { posix } from 'node:path';
import { ownKinds } from '../../lib/links/registry.ts';

/** From the top down; what stands on one level may not import each other. */
const LEVELS: readonly (readonly string[])[] = [
  ['specs'],
  ['lib/index.ts', 'lib/cli', 'lib/config.ts'],
  ['lib/lab.ts'],
  ['lib/pool.ts', 'lib/init', 'lib/mutate', 'lib/machines', 'fixtures'],
  ['lib/matchers'],
  ['lib/containers'],
  ['lib/shell', 'lib/topologies'],
  ['lib/report'],
  ['lib/diagnosis'],
  ['lib/trace'],
  ['lib/probes', 'lib/model', 'lib/plugins'],
  ['lib/lab'],
  ['lib/state'],
  ['lib/links'],
  ['lib/netlink'],
  ['lib/kernel'],
  ['lib/base'],
  ['lib/wire'],
];

/** All that the model may import: it is pure, and so is what is here. The rest of the state and of netlink asks the kernel. */
const MODEL_READS = [
  'lib/model',
  'lib/wire',
  'lib/links',
  'lib/state/network-state.ts',
  'lib/state/find-link.ts',
  'lib/state/decisive-sysctls.ts',
  'lib/state/device-sysctl.ts',
  'lib/netlink/address.ts',
  'lib/netlink/bridge/bridge-vlan.ts',
  'lib/netlink/bridge/mdb.ts',
  'lib/netlink/routing/mroute.ts',
  'lib/netlink/routing/neighbour.ts',
  'lib/netlink/bridge/port-state.ts',
  'lib/netlink/routing/route.ts',
  'lib/netlink/routing/route-hops.ts',
  'lib/netlink/routing/rule.ts',
];

/** Who may import a package: files, or folders with all that is in them. Packages that are not here anybody may. */
const OWNERS: Record<string, readonly string[]> = {
  vitest: [
    'lib/matchers',
    'lib/report',
    'lib/shell/held-tests.ts',
    'lib/shell/pause-on-failure.ts',
    'lib/mutate',
    'lib/pool.ts',
    'lib/config.ts',
    'lib/index.ts',
    'fixtures',
    'specs',
  ],
  koffi: ['lib/kernel'],
  execa: [
    'lib/lab/programs/exec.ts',
    'lib/cli/show-report.ts',
    'lib/shell/wireshark.ts',
    'lib/containers/docker-engine.ts',
    'lib/machines',
    'specs',
  ],
  testcontainers: ['lib/containers', 'specs'],
  commander: ['lib/cli'],
  yaml: ['lib/topologies', 'specs'],
  preact: ['lib/report/html/client', 'specs/report/client'],
  vite: ['lib/report/html'],
  'ipaddr.js': ['lib/wire/ip-address.ts'],
  // A program of the machine's is started in a namespace, by execa. The ones here start this very program anew, vitest, the
  // reapers, which must outlive the lab, docker, which is in no namespace of ours, or one that is given descriptors.
  'node:child_process': [
    'lib/pool.ts',
    'lib/cli/in-container.ts',
    'lib/cli/in-own-namespaces.ts',
    'lib/kernel/namespaces/own-namespaces.ts',
    'lib/kernel/programs/reaper.ts',
    'lib/kernel/namespaces/why-no-namespaces.ts',
    'lib/machines/start-program.ts',
    'lib/machines/merge-reports.ts',
    'lib/shell/debugger-port.ts',
    'specs',
  ],
  'node:timers': ['lib/kernel/clock.ts', 'specs'],
  // A user's own name for the library.
  hairpin: ['specs'],
};

/** Where the global timers may stand: vitest's process has no fake timers, and clock.ts takes its own from node:timers. */
const TIMER_OWNERS = ['lib/kernel/clock.ts', 'lib/pool.ts'];

/**
 * What may remove files. What a user's folder has in it is removed by results.ts, which refuses a path that leads elsewhere;
 * the others remove what they have made, or one file that the user has named.
 */
const REMOVERS = [
  'lib/report/results.ts',
  'lib/report/write-file.ts',
  'lib/machines/cache.ts',
  'lib/machines/apt-kernels.ts',
  'lib/machines/test-on-kernel.ts',
  'lib/kernel/programs/cgroup.ts',
];

/** What may write to a terminal, or to a CI system's log: it makes the words of others harmless first, or has none. */
const WRITERS = ['lib/cli/print.ts', 'lib/cli/needs-node.ts', 'lib/report/warn.ts', 'lib/shell/wait-elsewhere.ts'];

/**
 * Who may tell kinds of links apart. All others ask the registry what is true of a kind (`kindOf`), or whether a device is of the one
 * that they are about (`isLink`). The model has what each kind does with a frame.
 */
const KIND_OWNERS = ['lib/links', 'lib/model'];

/** What may define members of a class by their names: those of a kind of links are its settings. */
const PROTOTYPE_OWNERS = ['lib/lab/handle.ts'];

/** The names of all kinds, of the registry: a new kind counts at once. */
const KINDS = ownKinds().map(({ kind }) => kind);
const KIND = `'(?:${KINDS.join('|')})'`;
/** `bridge` is a mode, a tool and a family of filters as well, so that lists have it beside other names. */
const LISTED_KIND = `'(?:${KINDS.filter((kind) => kind !== 'bridge').join('|')})'`;

/** Classes of handles, which tell kinds apart as well. */
const HANDLES = ['Macvlan', 'Macvtap', 'Ipvlan', 'Ipvtap', 'Vlan', 'Bridge', 'Port', 'TapInterface', 'FdbInterface'];

/** How source tells kinds of links apart by their names. */
const KIND_TESTS: readonly RegExp[] = [
  new RegExp(`\\binstanceof (?:${HANDLES.join('|')})\\b`),
  // kind === 'vxlan', kind: 'veth', kind = isPair ? 'veth' : undefined
  new RegExp(`\\bkind\\b[^;,\\n]*?[=?:]\\s*${KIND}`),
  new RegExp(`${KIND} [!=]== [\\w.?]*\\bkind\\b`),
  // case 'vxlan':
  new RegExp(`\\bcase ${LISTED_KIND}:`),
  // ['macvlan', 'ipvlan']
  new RegExp(`${LISTED_KIND},\\s*${LISTED_KIND}`),
  // freshLink('veth')
  new RegExp(`\\b\\w*(?:[kK]ind|Link)\\((?:[^()\\n]*, )?${KIND}`),
];

/** What a file of the repository breaks of the layering: a sentence each. */
export function violations(file: string, source: string): string[] {
  const imports = importsOf(source).flatMap((specifier) => judgeImport(file, specifier));
  return [
    ...imports,
    ...judgeTimers(file, source),
    ...judgeGlobals(file, source),
    ...judgeRemovals(file, source),
    ...judgeWriters(file, source),
    ...judgeKinds(file, source),
    ...judgeHandles(file, source),
  ];
}

function judgeImport(file: string, specifier: string): string[] {
  if (!specifier.startsWith('.')) return judgePackage(file, specifier);
  const target = posix.join(posix.dirname(file), specifier);
  const [from, to] = [placeOf(file), placeOf(target)];
  if (from === undefined) return [`${file} has no place in the layering`];
  if (from === 'lib/model' && !MODEL_READS.some((each) => isIn(target, each)))
    return [`${file} is pure, but imports ${target}`];
  if (from === to) return [];
  // Specs ask it by its name; a second instance of it would have matchers of its own.
  if (target === 'lib/index.ts') return [`${file} imports ${target}, which only a spec may, as 'hairpin'`];
  // Files beside the folders, such as vitest.config.ts, are for specs that run vitest.
  if (to === undefined && from === 'specs') return [];
  if (to === undefined) return [`${file} imports ${target}, which has no place in the layering`];
  return levelOf(from) < levelOf(to) ? [] : [`${file} imports ${target}, which is not below it`];
}

function judgePackage(file: string, specifier: string): string[] {
  const name = Object.keys(OWNERS).find((each) => specifier === each || specifier.startsWith(`${each}/`));
  const owners = name === undefined ? undefined : OWNERS[name];
  if (owners === undefined || owners.some((owner) => isIn(file, owner))) return [];
  return [`${file} imports ${specifier}, which only ${owners.join(', ')} may`];
}

function judgeTimers(file: string, source: string): string[] {
  if (!isIn(file, 'lib') || TIMER_OWNERS.includes(file)) return [];
  const timer = /\bset(Timeout|Interval|Immediate)\b/.exec(withoutComments(source));
  return timer ? [`${file} uses ${timer[0]}, which fake timers stop: use after() of lib/kernel/clock.ts`] : [];
}

function judgeGlobals(file: string, source: string): string[] {
  if (!isIn(file, 'lib')) return [];
  const used = /\b(Async)?DisposableStack\b/.exec(withoutComments(source));
  return used ? [`${file} uses ${used[0]}, which Node 22 does not have: use ResourceStack of lib/base`] : [];
}

function judgeRemovals(file: string, source: string): string[] {
  if (!isIn(file, 'lib') || REMOVERS.includes(file)) return [];
  const call = /\b(rm|rmdir|unlink)(Sync)?\(/.exec(withoutComments(source));
  return call ? [`${file} uses ${call[1]}${call[2] ?? ''}, which only ${REMOVERS.join(', ')} may`] : [];
}

function judgeWriters(file: string, source: string): string[] {
  if (!isIn(file, 'lib') || WRITERS.includes(file)) return [];
  const call = /\b(process\.std(?:out|err)\.write|console\.(?:log|error|warn|info))\(/.exec(withoutComments(source));
  return call ? [`${file} uses ${call[1]}, which only ${WRITERS.join(', ')} may`] : [];
}

function judgeKinds(file: string, source: string): string[] {
  if (!isIn(file, 'lib') || KIND_OWNERS.some((owner) => isIn(file, owner))) return [];
  const code = withoutComments(source);
  return KIND_TESTS.flatMap((test) => {
    const found = test.exec(code);
    return found
      ? [`${file} has ${found[0]}: only ${KIND_OWNERS.join(' and ')} tell kinds of links apart; ask lib/links`]
      : [];
  });
}

/** A class has all its members in its own file, and each of them is for whoever has the object. */
function judgeHandles(file: string, source: string): string[] {
  if (!isIn(file, 'lib') && !isIn(file, 'fixtures')) return [];
  const tag = /@internal\b/.test(source)
    ? [`${file} has a member marked @internal: what a spec must not use belongs to the engine (engineOf)`]
    : [];
  const code = withoutComments(source);
  const patch = PROTOTYPE_OWNERS.includes(file) ? null : /\.prototype(\.\w+\s*=[^=]|\s*,|\[)|setPrototypeOf/.exec(code);
  const merge = /declare module '\./.exec(code);
  return [
    ...tag,
    ...(patch ? [`${file} changes a prototype: a class has its members in its own file`] : []),
    ...(merge ? [`${file} adds to the declarations of another file: a class has its members in its own file`] : []),
  ];
}

/**
 * The imports that go round in a circle, a sentence each. In `lib/lab` types are left out: a namespace names its interfaces, and an interface
 * its namespace.
 */
export function circles(sources: ReadonlyMap<string, string>): string[] {
  const imports = new Map(
    [...sources].map(([file, source]) => {
      const code = isIn(file, 'lib/lab') ? source.replaceAll(TYPES_ONLY, '') : source;
      return [file, importsOf(code).map((specifier) => posix.join(posix.dirname(file), specifier))];
    }),
  );
  const reachable = (start: string) => {
    const found = new Set(imports.get(start));
    // A set's iterator comes to what is added meanwhile.
    for (const file of found) for (const target of imports.get(file) ?? []) found.add(target);
    return found;
  };
  return [...imports]
    .filter(([file]) => reachable(file).has(file))
    .flatMap(([file, targets]) =>
      targets
        .filter((target) => target === file || reachable(target).has(file))
        .map((target) => `${file} imports ${target}, in a circle`),
    );
}

const TYPES_ONLY = /^(?:import|export) type\b[^'"`;]*?\bfrom\s*['"][^'"]+['"]/gm;

/** What a module imports or exports again, types and `import()` too. */
export function importsOf(source: string): string[] {
  const forms = [
    /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g,
  ];
  const code = withoutComments(source);
  return forms.flatMap((form) => [...code.matchAll(form)].map(([, specifier]) => specifier as string));
}

/** Good enough for code that the formatter has been over; a `//` in a string takes the rest of its line along. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** The part of {@link LEVELS} that a file belongs to. */
function placeOf(file: string): string | undefined {
  return LEVELS.flat().find((place) => isIn(file, place));
}

function levelOf(place: string): number {
  return LEVELS.findIndex((level) => level.includes(place));
}

function isIn(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}
