import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { findProgram } from './find-program.ts';
import { NetNamespace } from './net-namespace.ts';

/** Has every process in a namespace killed when this thread ends, in whatever way, by `kill -9` too. */
export function reapWithThread({ inode }: NetNamespace): void {
  if (slot.reaper && slot.inodes.has(inode)) return;
  slot.inodes.add(inode);
  if (slot.reaper) tell(slot.reaper, `+ ${inode}`);
  else slot.reaper = startReaper();
}

/** The namespace is about to go: its number may soon be another's. */
export function reapNoMore({ inode }: NetNamespace): void {
  if (slot.inodes.delete(inode) && slot.reaper) tell(slot.reaper, `- ${inode}`);
}

/**
 * A program of its own, since a program's children outlive what the kernel does at the death of its parent
 * (`PR_SET_PDEATHSIG` is cleared by fork). A shell, which starts in a millisecond, as Node does not. It is in the
 * background: the one that was started ends at once, since a thread that has ended would leave it as a zombie. Descriptor
 * 3 is a pipe whose other end only this thread holds.
 *
 * What it finds it stops first: a process that is stopped keeps its namespace, so that its number stays its own, and has
 * no more children, so that a round that finds none is the last. A zombie has no namespace.
 */
const SCRIPT = `
reap() {
  trap '' HUP INT TERM
  inodes=' '
  while read -r change inode <&3; do
    case $change in
      +) inodes="$inodes$inode " ;;
      -) inodes="\${inodes%% $inode *} \${inodes#* $inode }" ;;
    esac
  done
  test "$inodes" != ' ' || exit 0
  found=' '
  more=yes
  while test "$more"; do
    more=
    for entry in $(stat -L -c %i%n /proc/[0-9]*/ns/net 2>/dev/null); do
      case $inodes in *" \${entry%%/*} "*) ;; *) continue ;; esac
      pid=\${entry#*/proc/}
      pid=\${pid%%/*}
      case $found in *" $pid "*) continue ;; esac
      kill -s STOP "$pid" 2>/dev/null
      found="$found$pid "
      more=yes
    done
  done
  for pid in $found; do kill -s KILL "$pid" 2>/dev/null; done
}
reap &
`;

/** Global, since vitest may load this module anew for a file (`isolate: false`): one for the thread is enough. */
const SLOT = Symbol.for('hairpin.program-reaper');
const slots = globalThis as { [SLOT]?: { reaper: Socket | undefined; inodes: Set<number> } };
slots[SLOT] ??= { reaper: undefined, inodes: new Set() };
const slot = slots[SLOT];

/** @returns this thread's end of the pipe */
function startReaper(): Socket | undefined {
  const shell = findProgram('sh');
  if (!shell) return undefined;
  // At home: in a namespace of a lab it would keep that alive. In a session of its own, which a terminal's Ctrl+C is not for.
  const start = () =>
    spawn(shell, ['-c', SCRIPT], { cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const child = NetNamespace.home().run(start);
  child.on('error', () => {}).unref();
  // Undefined when it could not be started: then the next call tries again.
  const pipe = child.stdio?.[3];
  if (!(pipe instanceof Socket)) return undefined;
  const forget = () => {
    if (slot.reaper === pipe) slot.reaper = undefined;
  };
  // Nobody there any more: the next one is told all.
  pipe.on('error', forget).on('close', forget).unref();
  for (const inode of slot.inodes) tell(pipe, `+ ${inode}`);
  return pipe;
}

function tell(reaper: Socket, line: string): void {
  reaper.write(`${line}\n`);
}
