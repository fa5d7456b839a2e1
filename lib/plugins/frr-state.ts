import type { Daemon, Namespace } from '../lab/index.ts';
import { printedBy } from '../lab/programs/exec.ts';

/** What evidence asks each daemon, if it runs. */
const STATE: Partial<Record<string, readonly string[]>> = {
  zebra: ['show running-config', 'show interface brief', 'show ip route', 'show ipv6 route'],
  ospfd: ['show ip ospf interface', 'show ip ospf neighbor'],
  ospf6d: ['show ipv6 ospf6 neighbor'],
  isisd: ['show isis neighbor'],
  bgpd: ['show bgp summary', 'show bgp ipv4 unicast', 'show bgp ipv6 unicast'],
  bfdd: ['show bfd peers brief'],
};

/** How long evidence waits for all of that, in milliseconds: a daemon that was stopped never answers. */
const STATE_WITHIN = 3000;

interface FrrAtWork {
  daemons: Readonly<Record<string, Daemon>>;
  /** Where its sockets are. */
  folder: string;
  /** As it was given. */
  config: string;
}

/** What a router has learnt, and the configuration that it was given, for evidence. */
export function frrState(node: Namespace, { daemons, folder, config }: FrrAtWork): string {
  const questions = Object.entries(daemons).flatMap(([name, { running: runs }]) => (runs ? (STATE[name] ?? []) : []));
  const given = `== ${node}: the configuration that it was given\n${config}\n`;
  if (questions.length === 0) return given;
  const args = ['-E', ...vtyshArguments(folder, questions)];
  const { printed, isLate } = printedBy(node, 'vtysh', args, STATE_WITHIN);
  const late = isLate ? `== ${node}: no answer within ${STATE_WITHIN} ms\n` : '';
  return `${given}${printed.replace(/^[^\s#]+# (?=show )/gm, `== ${node}: `)}\n${late}`;
}

/** Has vtysh ask the daemons whose sockets are in a folder. */
export function vtyshArguments(folder: string, commands: readonly string[]): string[] {
  return ['--vty_socket', folder, '--config_dir', folder, ...commands.flatMap((command) => ['-c', command])];
}
