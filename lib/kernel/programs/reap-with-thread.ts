import { ownFile } from '../../base/own-file.ts';
import { onceInThread } from '../threads/once-in-thread.ts';
import { Reaper } from './reaper.ts';

/** What tells the programs of a lab: a network namespace, by its inode's number and its cookie, or the value of a mark. */
export type LabSign = { inode: number; cookie: bigint } | { mark: bigint };

/** Has every program of a lab killed when this thread ends, in whatever way, by `kill -9` too. */
export function reapWithThread(sign: LabSign): void {
  const line = wordsOf(sign);
  if (slot.signs.has(line)) return;
  slot.signs.add(line);
  slot.reaper ??= new Reaper(ownFile('./program-reaper.ts', import.meta.url));
  slot.reaper.order(`+ ${line}`);
}

/** Its programs have ended, and the namespace is about to go. */
export function reapNoMore(sign: LabSign): void {
  const line = wordsOf(sign);
  if (!slot.signs.delete(line)) return;
  if (slot.signs.size === 0) slot.reaper?.dismiss();
  else slot.reaper?.order(`- ${line}`);
}

function wordsOf(sign: LabSign): string {
  return 'mark' in sign ? `mark ${sign.mark}` : `network ${sign.inode} ${sign.cookie}`;
}

/** One reaper serves all labs of the thread. */
const slot = onceInThread<{ reaper: Reaper | undefined; signs: Set<string> }>('program-reaper', () => ({
  reaper: undefined,
  signs: new Set(),
}));
