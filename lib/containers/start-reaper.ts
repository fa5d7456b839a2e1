import { ownFile } from '../base/own-file.ts';
import { Reaper } from '../kernel/programs/reaper.ts';

/** Has an engine of ours, or containers in somebody else's, removed when this thread ends in whatever way; see reaper.ts. */
export function startReaper(...words: ['engine', string] | ['containers', string, string, string]): Reaper {
  const reaper = new Reaper(ownFile('./reaper.ts', import.meta.url));
  reaper.order(JSON.stringify(words));
  return reaper;
}
