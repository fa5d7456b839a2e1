/** What a script, or a spec, says of a case. */
export type Verdict = 'pass' | 'fail' | 'skip';

/** What a script printed, and how it ended. */
export interface ScriptEnd {
  /** The script's name, for what it does not name itself. */
  name: string;
  output: string;
  /** The exit code, or what ended it. */
  end: number | string;
}

/** kselftest's exit code of a script that has not run (`ksft_skip`). */
const SKIPPED = 4;

const WORDS: Readonly<Record<string, Verdict>> = {
  ...{ ok: 'pass', pass: 'pass', passed: 'pass' },
  ...{ 'not ok': 'fail', fail: 'fail', failed: 'fail', error: 'fail' },
  ...{ skip: 'skip', xfail: 'skip' },
};

/** `TEST: name   [ OK ]`, as `log_test` prints it; some scripts leave `TEST:` out. */
const BRACKETS = /^\s*(?:TEST:\s*)?(?<name>\S.*?)\s*\[\s*(?<word>OK|PASS|FAIL|SKIP|XFAIL)\s*\]\s*$/;
/** `PASS: name`, as the scripts of netfilter print it. */
const PREFIX = /^\s*(?<word>PASS|OK|FAIL|ERROR|SKIP):\s*(?<name>\S.*?)\s*$/;
/** `not ok 2 name # SKIP why`: TAP. */
const TAP = /^(?<word>(?:not )?ok) \d+ (?:- )?(?<name>.*?)(?:\s*# (?<directive>SKIP|XFAIL)\b.*)?$/;
/** A verdict without a name: `ok`, `failed`, `FAIL - why`. */
const BARE = /^(?<word>ok|failed|passed|fail|pass)(?: - .*)?$/i;
/** Names the next verdict that has no name. */
const ANNOUNCED = /^run (?<name>.+?)(?: test)?$/;

/**
 * Reads the verdicts of a kernel selftest off its output, by case and in order. A name that comes again gets a number: `name (2)`.
 * A script that prints no verdict has one case, which is called as the script is, and its exit code decides. Where a script
 * ends with an error that none of its cases tells of, that is one more case.
 */
export function readVerdicts({ name, output, end }: ScriptEnd): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  const add = (title: string, verdict: Verdict) => {
    let unique = title;
    for (let count = 2; verdicts.has(unique); count++) unique = `${title} (${count})`;
    verdicts.set(unique, verdict);
  };
  let announced = name;
  for (const line of output.split('\n')) {
    const found = BRACKETS.exec(line) ?? PREFIX.exec(line) ?? TAP.exec(line) ?? BARE.exec(line);
    if (found) {
      const { word = '', name: said, directive } = found.groups ?? {};
      add(caseName(said ?? announced), verdictOf(directive ?? word));
      announced = name;
    } else announced = ANNOUNCED.exec(line)?.groups?.['name'] ?? announced;
  }
  if (verdicts.size === 0) add(name, end === 0 ? 'pass' : end === SKIPPED ? 'skip' : 'fail');
  else if (end !== 0 && ![...verdicts.values()].some((verdict) => verdict !== 'pass')) add(`(${ended(end)})`, 'fail');
  return verdicts;
}

/** A name without what differs from run to run: runs of blanks, and the random ends of the names of namespaces. */
function caseName(text: string): string {
  return text.replace(/\b(ns\w*)-\w{6,8}\b/g, '$1').replace(/\s+/g, ' ');
}

function verdictOf(word: string): Verdict {
  return WORDS[word.toLowerCase()] ?? 'fail';
}

function ended(end: number | string): string {
  return typeof end === 'number' ? `exit code ${end}` : end;
}
