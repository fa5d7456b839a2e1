/** Why a command has nothing to show of the files that it was given, by how many of their tests were run. */
export function whyNothing(ran: number, pattern?: string): string {
  if (ran === 0)
    return `no test of these files was run${pattern === undefined ? '' : `: does a name match -t ${pattern}?`}`;
  return `of ${ran} ${ran === 1 ? 'test' : 'tests'} none has a network of its own`;
}
