import { editDistance } from '../base/nearest-word.ts';

/** A line of a configuration that says something. */
export interface ConfigLine {
  /** From 1 on. */
  number: number;
  words: string;
}

/** Without empty lines and remarks. */
export function configLines(config: string): ConfigLine[] {
  return config
    .split('\n')
    .map((text, at) => ({ number: at + 1, words: text.trim() }))
    .filter(({ words }) => words !== '' && !/^[!#]/.test(words));
}

/** A line that `vtysh -E` has run, with the prompt at which it did: `r1(config-if)`. */
export interface EchoedLine extends ConfigLine {
  prompt: string;
}

/** What `vtysh -E` has printed: the lines that it has run, the last of which it may have refused, and what it said of that. */
export function readEcho(lines: readonly ConfigLine[], printed: string): { echoed: EchoedLine[]; output: string } {
  const echoed: EchoedLine[] = [];
  let output: string[] = [];
  for (const text of printed.split('\n')) {
    const line = lines[echoed.length];
    const [, prompt, words] = /^([^\s#]+)# *(.*)$/.exec(text) ?? [];
    if (prompt?.includes('(config') && line && words?.trim() === line.words) {
      echoed.push({ ...line, prompt });
      output = [];
    } else output.push(text);
  }
  return { echoed, output: output.join('\n').trim() };
}

/** The lines that lead to where the last one was said: `router bgp 65001`, `address-family ipv4 unicast`. */
export function contextOf(echoed: readonly EchoedLine[]): string[] {
  const top = echoed.findLastIndex(({ prompt }) => prompt.endsWith('(config)'));
  return echoed
    .slice(Math.max(0, top), -1)
    .filter(({ prompt }, at, all) => prompt !== (all[at + 1] ?? echoed.at(-1))?.prompt)
    .map(({ words }) => words);
}

/** How many commands a message names. */
const MOST = 5;

/** Of the commands that FRR lists, those that a refused line may mean: they agree with it for longest. */
export function nearestCommands(line: string, listed: readonly string[]): string[] {
  const words = line.split(/\s+/);
  const commands = [...new Set(listed.map((command) => command.trim()))].filter((command) => !command.includes('# '));
  const scored = commands.map((command) => ({ command, score: agreement(words, command.split(/\s+/)) }));
  const best = Math.max(1, ...scored.map(({ score }) => score));
  return scored.flatMap(({ command, score }) => (score === best ? [command] : [])).slice(0, MOST);
}

/** Points for each word until the first that does not fit: a keyword tells more than a value, a misspelt one less. */
function agreement(words: readonly string[], command: readonly string[]): number {
  // `[no] network A.B.C.D/M` is also how `network …` is listed.
  const parts = /^\[no\b/.test(command[0] ?? '') && words[0] !== 'no' ? command.slice(1) : command;
  let points = 0;
  for (const [at, word] of words.entries()) {
    const more = pointsFor(word, parts[at] ?? '');
    if (more === 0) break;
    points += more;
  }
  return points;
}

/** `<A.B.C.D|X:X::X:X|WORD>` and `(1-65535)` take values, `<enable|disable>` one of its words. */
function pointsFor(word: string, part: string): number {
  const choices = part
    .replace(/\$\w+/g, '')
    .split(/[<>|[\]{}]+/)
    .filter(Boolean);
  if (choices.includes(word)) return 4;
  if (choices.some((choice) => /^[A-Z(]/.test(choice))) return 3;
  return choices.some((choice) => choice.length > 3 && editDistance(word, choice) <= 2) ? 2 : 0;
}
