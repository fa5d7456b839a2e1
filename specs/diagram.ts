import { namespaceOf, type Topology } from '../lib/report/drawing/topology.ts';

/** What draws a cable, or the line to a parent: `──`, `═`. One `─` is part of other lines, too. */
const LINE = /─{2,}|═+/;
const TEST = /^\s*test\b/;
const FUNCTION = /^(?:export )?(?:const|(?: {2})*(?:async )?function) (\w+)/;
const COMMENT = /^\s*(?:\/\/|\/\*\*|\*\/|\*) ?/;
const END_OF_COMMENT = / \*\/$/;
const THE_SAME = /^the same\b/i;
const IN_A_BOX = /[─═┄┐┘┌└├┤┬┴│]/;
/** Not the full stop behind one. */
const NAME = /[\p{L}\p{N}_.'-]*[\p{L}\p{N}_'-]/gu;
/** A line that leads to it leads to more than the diagram shows. */
const MORE = '…';
/** The network before the test changes it, or one that the kernel refuses. */
const NOT_AT_THE_END = /^\s*(At first|Wanted):/;
const AND = /^ *and /;
/** Names that devices have, and words of a sentence do not. */
const DEVICE = /^[a-z]+\d+(\.\d+)*$/;

/** Two ends that a diagram joins by a line. */
interface Joined {
  from: End;
  to: End;
}

/** A namespace, with the device if the diagram has its name. */
interface End {
  namespace: string;
  device?: string | undefined;
}

/**
 * The diagram of the test at a line of a spec: on top of the test, or else on top of a function that it calls. `The same` is the one before.
 */
export function diagramOf(source: string, line: number): string | undefined {
  const lines = source.split('\n');
  const start = lines.slice(0, line).findLastIndex((text) => TEST.test(text));
  const comment = commentAbove(lines, start);
  if (IN_A_BOX.test(comment)) return comment;
  if (THE_SAME.test(comment)) {
    const before = lines.slice(0, start).findLastIndex((_, at) => IN_A_BOX.test(commentAbove(lines, at)));
    return before === -1 ? undefined : commentAbove(lines, before);
  }
  const end = lines.findIndex((text, at) => at > start && (TEST.test(text) || FUNCTION.test(text)));
  const body = new Set(wordsOf(lines.slice(start, end === -1 ? undefined : end).join('\n')));
  const called = new Map<string, string>();
  for (const [at, text] of lines.entries()) {
    const name = FUNCTION.exec(text)?.[1] ?? '';
    const diagram = commentAbove(lines, at);
    // Of several functions of one name it is the one before.
    if (body.has(name) && IN_A_BOX.test(diagram) && !(at > start && called.has(name))) called.set(name, diagram);
  }
  return called.size === 0 ? undefined : [...called.values()].join('\n');
}

function commentAbove(lines: readonly string[], at: number): string {
  const first = lines.slice(0, at).findLastIndex((text) => !COMMENT.test(text)) + 1;
  return lines
    .slice(first, at)
    .map((text) => text.replace(COMMENT, '').replace(END_OF_COMMENT, ''))
    .join('\n');
}

/**
 * How a lab differs from the diagram in a comment: each namespace of the lab must be in the comment, unless a line leads to `…`. Each line
 * between two namespaces must be a cable of the lab, or lead to a parent, unless the comment begins with `At first:` or `Wanted:`.
 *
 * @example driftOf('a eth0 ── eth0 b', topology) // ['no line of the lab leads from a/eth0 to b/eth0']
 */
export function driftOf(comment: string, { namespaces, edges }: Topology): string[] {
  const drawn = new Set(namesIn(comment));
  const names = namespaces.map(({ name }) => name);
  const missing = comment.includes(`─ ${MORE}`) ? [] : names.filter((name) => !drawn.has(name));
  const untrue = NOT_AT_THE_END.test(comment)
    ? []
    : comment
        .split('\n')
        .flatMap((row) => joinedIn(row, names))
        .filter(
          ({ from, to }) =>
            !edges.some(
              (edge) =>
                (isEnd(from, edge.from) && isEnd(to, edge.to)) || (isEnd(from, edge.to) && isEnd(to, edge.from)),
            ),
        );
  return [
    ...missing.map((name) => `${name} is in the lab only`),
    ...untrue.map(({ from, to }) => `no line of the lab leads from ${show(from)} to ${show(to)}`),
  ];

  function isEnd({ namespace, device }: End, key: string): boolean {
    if (namespaceOf(key) !== namespace) return false;
    const place = `${namespace}/${device}`;
    return (
      device === undefined ||
      key === place ||
      edges.some(({ from, to, member }) => member && from === place && to === key)
    );
  }
}

/** The names in a text, `h0 … h3` as four of them. */
function namesIn(text: string): string[] {
  const ranges = [...text.matchAll(/([a-z]+)(\d+) … \1(\d+)/g)].flatMap(([, stem, first, last]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => `${stem}${Number(first) + at}`),
  );
  return [...wordsOf(text), ...ranges];
}

function wordsOf(text: string): string[] {
  return text.match(NAME) ?? [];
}

/** The lines of a row that have a namespace at each end. */
function joinedIn(row: string, names: readonly string[]): Joined[] {
  const groups = row.split(LINE);
  return groups.slice(1).flatMap((right, at) => {
    const from = endOf(tailOf(groups[at] ?? '').reverse(), names);
    const to = endOf(headOf(right), names);
    return from && to ? [{ from, to }] : [];
  });
}

/** What stands behind a line: `b` of `b, which drops it`. */
function headOf(group: string): string[] {
  return wordsOf(group.split(/[,;:]|\s{3}/)[0] ?? '');
}

/** What stands before a line: `b` of `a, b`, `r` of `r, which forwards`, `r eth1` of `b, and r eth1`, `c eth0` of `b, which is down   c eth0`. */
function tailOf(group: string): string[] {
  const last = group.split(/;|\s{3,}/).findLast((part) => part.trim() !== '') ?? '';
  const parts = last.split(/[,:]/);
  const tail = parts.at(-1) ?? '';
  return wordsOf(AND.test(tail) || wordsOf(tail).length === 1 ? tail.replace(AND, '') : (parts[0] ?? ''));
}

/** The end whose words follow, from the line on: `eth0 (a)`, `a`. */
function endOf(words: readonly string[], names: readonly string[]): End | undefined {
  const namespace = words.find((word) => names.includes(word));
  const [first = ''] = words;
  return namespace === undefined
    ? undefined
    : { namespace, device: first !== namespace && DEVICE.test(first) ? first : undefined };
}

function show({ namespace, device }: End): string {
  return device ? `${namespace}/${device}` : namespace;
}
