import { spawnSync } from 'node:child_process';
import { findProgram } from '../programs/find-program.ts';

/**
 * The command that starts a program in namespaces of its own: put the program and its arguments behind it. When not
 * root, in a user namespace in which it is; always in a network and a mount namespace. Node cannot do this to itself:
 * a process with threads may not enter a new user namespace (`check_unshare_flags`).
 *
 * @throws Error without util-linux's `unshare`
 */
export function ownNamespacesCommand(): [string, ...string[]] {
  return unshareCommand(['--net', '--mount']);
}

/** As {@link ownNamespacesCommand}, but in the network that is there: for a program that only sees the mounts otherwise. */
export function ownMountsCommand(): [string, ...string[]] {
  return unshareCommand(['--mount']);
}

/**
 * As {@link ownMountsCommand}, and all that the program starts dies with it: it is the first in a PID namespace
 * (`zap_pid_ns_processes`).
 */
export function ownProcessesCommand(): string[] {
  const [unshare, ...words] = ownMountsCommand();
  // Two steps: PR_SET_PDEATHSIG, which new credentials clear, is to be asked for behind the user namespace.
  return [unshare, ...words, unshare, '--pid', '--fork', '--kill-child=KILL', '--'];
}

function unshareCommand(namespaces: readonly string[]): [string, ...string[]] {
  const unshare = findProgram('unshare');
  if (!unshare) {
    throw new Error(
      "there is no program 'unshare' on the PATH: install util-linux (on Alpine: apk add util-linux-misc)",
    );
  }
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  // Behind unshare: new credentials clear what setpriv asks for (begin_new_exec, commit_creds).
  return [unshare, ...user, ...namespaces, '--', ...dieWithParentCommand()];
}

/**
 * The command that has the kernel kill a program when this process dies (`PR_SET_PDEATHSIG`), which covers SIGKILL as
 * no exit handler can. Nothing where util-linux is missing: then the program is started as it is.
 *
 * @param signal TERM for a program that passes it on to those that it has started
 */
export function dieWithParentCommand(signal: 'KILL' | 'TERM' = 'KILL'): string[] {
  setpriv ??= workingSetpriv();
  return setpriv?.path ? [setpriv.path, '--pdeathsig', signal, '--'] : [];
}

/** By trying: busybox has a setpriv, too, which knows no --pdeathsig. Undefined when it could not be tried this time. */
function workingSetpriv(): { path: string | undefined } | undefined {
  const [path, nothing] = [findProgram('setpriv'), findProgram('true')];
  if (!path || !nothing) return { path: undefined };
  const { error, status } = spawnSync(path, ['--pdeathsig', 'KILL', '--', nothing]);
  // Without a descriptor or a process to spare (EMFILE, EAGAIN): no word on setpriv.
  if (error) return undefined;
  return { path: status === 0 ? path : undefined };
}

let setpriv: { path: string | undefined } | undefined;
