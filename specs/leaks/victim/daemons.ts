import type { Namespace } from '../../../lib/lab.ts';

const LOOP = 'while :; do sleep 1; done';
const FORKING = 'again() { sleep 0.005; again & exit; }; again';

/** Ways in which a daemon leaves whoever started it. The last argument of each is still to come. */
export const DAEMONS: Record<string, readonly string[]> = {
  'in a session of its own': ['setsid', '-f', 'sh', '-c', LOOP],
  'forked twice': ['sh', '-c', `(setsid sh -c '${LOOP}' "$0" &) &`],
  'deaf to signals': ['setsid', '-f', 'sh', '-c', `trap '' HUP INT TERM; ${LOOP}`],
  'in a network of its own': ['setsid', '-f', 'unshare', '--net', 'sh', '-c', LOOP],
  'in namespaces of its own, without environment': [
    ...['env', '-i', `PATH=${process.env['PATH']}`, 'setsid', '-f'],
    ...['unshare', '--net', '--mount', '--uts', '--ipc', '--pid', '--fork', 'sh', '-c', LOOP],
  ],
  'forking every 5 ms': ['setsid', '-f', 'sh', '-c', FORKING],
  'forking every 5 ms in a network of its own': ['setsid', '-f', 'unshare', '--net', 'sh', '-c', FORKING],
};

/** Starts one of each; `token` stands among the arguments of all, and of what they fork. */
export async function startDaemons(namespace: Namespace, token: string): Promise<void> {
  for (const [program, ...args] of Object.values(DAEMONS))
    await namespace.exec(program as string, [...args, token], { stdio: 'ignore' });
}
