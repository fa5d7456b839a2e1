import { globSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsOf } from './layering.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a folder is for, from the top down. */
const FOLDERS: Record<string, string> = {
  cli: 'the commands of `npx hairpin`, one a file',
  init: '`hairpin init`: what it finds in a project, and what it writes',
  mutate: '`hairpin mutate`: what it changes in a lab, one change a run, and what the specs noticed',
  machines: 'other kernels, in QEMU or as User-Mode Linux',
  fixtures: "vitest's fixtures: `lab`, `docker`",
  matchers: 'the matchers: check the options, ask the question, report the result',
  shell: '`hairpin shell`, `lab.pause` and `pauseOnFailure`: a lab is held, and a terminal looks into it',
  topologies: 'topologies as data: `lab.load`, `lab.save`, `hairpin record`',
  report:
    'what is kept of a run. It renders; it decides nothing: `failure/` the evidence of a failure, `script/` writes `lab.sh`, `drawing/` draws topologies, `runs/` is the reporter of vitest, `html/` the report',
  diagnosis: 'why a packet was lost: `causes/` finds a code with its facts, `words/` has the sentences of each code',
  trace: 'what was seen: taps, paths, the rule traces of packet filters, and whether anything is still under way',
  model: 'what a network in a given state does with a frame, each rule with its kernel function. Pure',
  probes: 'one attempt at one question, with a plain result',
  plugins: "other people's network software, driven as its own runtime does",
  containers: 'containers and Docker engines',
  lab: '`Lab`, `Namespace`, `Switch`, `Cable`, `Interface`: what a spec holds. `engines/` has their sockets and bookkeeping, `making/` makes devices, `tables/` has `ns.route`, `iface.address` and the like, `programs/` what runs in a namespace, `faults/` what breaks a network for a while',
  state: 'a network at one moment, as plain data',
  links: 'a kind of link a file: its attributes, what may be below it, which kernel option it needs',
  netlink:
    'netlink messages as tables, a file a family of objects, in folders by subject; `codec/` has what the tables are made of',
  kernel:
    'calls into Linux, by koffi: libc, namespaces, sockets, sysctls. No other folder makes any. `tables/` reads what the kernel lists in other ways than by netlink',
  base: 'checks of options, errors, text, and other small tools that know nothing of Linux',
  wire: 'the bytes of frames and packets. Pure',
};

/** Who imports what, by folders; `lib/index.ts` and other entries are left out. */
function importsOfFolders(): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const path of globSync('{lib,fixtures}/**/*.ts', { cwd: ROOT }).map((each) => each.replaceAll(sep, '/'))) {
    const from = folderOf(path);
    if (from === undefined) continue;
    const targets = all.get(from) ?? new Set();
    all.set(from, targets);
    for (const specifier of importsOf(readFileSync(join(ROOT, path), 'utf8'))) {
      const to = specifier.startsWith('.') ? folderOf(posix.join(posix.dirname(path), specifier)) : undefined;
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  return all;
}

function folderOf(path: string): string | undefined {
  if (path.startsWith('fixtures/')) return 'fixtures';
  return /^lib\/([^/]+)\//.exec(path)?.[1];
}

/** Every folder with what it imports, but for what it gets by another import as well. */
export function drawing(imports = importsOfFolders()): string {
  const below = (folder: string): Set<string> =>
    new Set([...(imports.get(folder) ?? [])].flatMap((each) => [each, ...below(each)]));
  const lines = inOrder(imports.keys()).flatMap((folder) => {
    const targets = [...(imports.get(folder) ?? [])];
    const direct = targets.filter((each) => !targets.some((other) => other !== each && below(other).has(each)));
    return inOrder(direct).map((each) => `  ${folder} --> ${each}`);
  });
  return ['```mermaid', 'flowchart TD', ...lines, '```'].join('\n');
}

function inOrder(folders: Iterable<string>): string[] {
  const order = Object.keys(FOLDERS);
  return [...folders].sort((one, other) => order.indexOf(one) - order.indexOf(other));
}

/** The folders of the repository that the table has, and those that it should have. */
export function foldersOfTable(): { told: string[]; there: string[] } {
  return { told: Object.keys(FOLDERS).sort(), there: [...importsOfFolders().keys()].sort() };
}

/** `docs/architecture.md`. */
export function architecturePage(): string {
  const rows = Object.entries(FOLDERS).map(
    ([folder, what]) => `| \`${folder === 'fixtures' ? '' : 'lib/'}${folder}\` | ${what} |`,
  );
  return `${INTRO}
${drawing()}

An arrow is an import. An import that follows from two or more arrows is not drawn. Imports go downward only, types included, and never in a circle.
\`specs/unit/architecture.spec.ts\` checks it. This page is generated: \`npx vitest run specs/unit/architecture-page.spec.ts -u\`
writes it.

| | |
| --- | --- |
${rows.join('\n')}
| \`lib/*.ts\` | what users import, such as \`hairpin/config\`; \`lib/pool.ts\` starts each vitest worker in its namespaces |
| \`specs\` | one behaviour a file, with its topology drawn on top |
| \`bench\` | figures, beside their peers |

${FLOW}
${PLACES}`;
}

const INTRO = `# Architecture

Each piece of knowledge stands in one place. A reader who knows \`ip link\` and vitest should guess where.
`;

const FLOW = `## From \`expect(a).toReach(b)\` to the message

1. \`lib/matchers/to-reach.ts\` checks the options. A wrong one fails here, with the option, the rule and the value.
2. \`lib/probes/to-question.ts\` makes the question: which address of \`b\` is asked for, and from which device and address \`a\` asks.
3. \`lib/probes/reach.ts\` opens the socket that asks (for ICMP, say) and, for TCP and UDP, a listener in \`b\`. It empties the neighbour tables.
4. \`lib/probes/keep-asking.ts\` sends a probe and listens, again and again, until an answer comes or the time is over.
   \`toReach\`, \`toHear\`, \`toMatchReachability\` and \`toBehaveAs\` all use it.
5. With \`.not\` this goes on until nothing is under way any more: \`lib/trace/quiescence.ts\` sends markers behind the frames, through
   every queue that hairpin knows of.
6. Meanwhile a tap in each namespace (\`lib/kernel/taps/tap-socket.ts\`) records the frames that pass its devices. \`lib/trace/path.ts\` turns them
   into paths.
7. If the answer is not the expected one, \`lib/diagnosis/diagnose.ts\` sends one more probe, with the kernel's rule traces
   (\`lib/trace/rules\`) and drop reasons (\`lib/kernel/drops\`) switched on.
8. \`lib/diagnosis/examine.ts\` looks for the cause: first by the kernel's own word, then by what the taps saw, then by the rules of the
   network. The result is a code with facts, such as \`bridge.isolated\`.
9. \`lib/diagnosis/words\` has the sentences of that code. \`lib/matchers/reach-message.ts\` puts the message together as
   data, and \`lib/report/failure/failure-text.ts\` writes it, here and in \`hairpin explain\`.
10. \`lib/matchers/keep-evidence.ts\` calls \`lib/report\`, which writes the evidence: frames, a script that rebuilds the lab, drawings, and the
    failure as data (\`failure.json\`).

Matchers of states, such as \`toHaveRoute\`, send no probe. They read the kernel's tables (\`lib/matchers/have-state.ts\`).
`;

const PLACES = `## Where a piece of knowledge stands

| | |
| --- | --- |
| a kind of link, with its options | \`lib/links\` |
| a netlink message, with the words of \`ip\`, \`bridge\` and \`tc\` | \`lib/netlink\` |
| which values an option, an entry or an attribute takes | its rule, of \`lib/netlink/codec/value-rule.ts\`; a netlink type is one as well |
| what a device does with a frame | \`lib/model\` |
| a cause of loss | its code and facts in \`lib/model/cause.ts\`, its sentences in \`lib/diagnosis/words\` |
| how long a question waits | \`lib/probes/keep-asking.ts\` |
| where a frame may wait | \`lib/trace/known-queues.ts\` |
| the sockets and descriptors of a lab, and its bookkeeping | its engine: \`engineOf(lab)\`, \`engineOf(namespace)\` of \`lib/lab/engines/engine.ts\` |
| what state a network is in | \`lib/state\` |
| which programs the specs need | \`specs/programs.json\` |

[CONTRIBUTING.md](../CONTRIBUTING.md) says how each of them is added.
`;
