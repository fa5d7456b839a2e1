import { Command } from 'commander';
import { findProgram } from '../kernel/find-program.ts';
import { detectCapabilities } from '../lab/capabilities.ts';
import { EXIT } from './exit-codes.ts';
import { inOwnNamespaces, MARK, whyNoUserNamespace } from './in-own-namespaces.ts';

/** What the doctor found of one thing. */
interface Finding {
  name: string;
  available: boolean;
  /** False for what only some uses need. */
  needed: boolean;
  reason?: string | undefined;
  /** The command that mends it, by distribution. */
  mend?: Mend | undefined;
}

type Mend = Record<'Debian' | 'Fedora' | 'Alpine', string>;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what this machine lacks for a lab, and the commands that mend it')
    .option('--json', 'print one array of all findings')
    .addHelpText(
      'after',
      `\nExit codes: ${EXIT.ok} nothing needed is missing, ${EXIT.difference} something is, ${EXIT.usage} wrong usage`,
    )
    .action(({ json }: { json?: boolean }) => {
      const privilege = examineRootless();
      const elsewhere = privilege.available ? inOwnNamespaces() : undefined;
      if (elsewhere !== undefined) {
        process.exitCode = elsewhere;
        return;
      }
      const findings = [privilege, ...(privilege.available ? examineKernel() : []), ...examinePrograms()];
      process.stdout.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : format(findings));
      process.exitCode = findings.some(({ needed, available }) => needed && !available) ? EXIT.difference : EXIT.ok;
    });
}

/** Root, or what an ordinary user needs to be root of a namespace. */
function examineRootless(): Finding {
  const outside = process.env[MARK] ? 'user namespaces' : 'root';
  if (process.getuid?.() === 0) return { name: `privileges: ${outside}`, available: true, needed: true };
  const name = 'privileges: user namespaces';
  if (!findProgram('unshare'))
    return {
      name,
      available: false,
      needed: true,
      reason: "there is no program 'unshare'",
      mend: installs('util-linux', 'util-linux', 'util-linux-misc'),
    };
  const limit = whyNoUserNamespace();
  return {
    name,
    available: limit === undefined,
    needed: true,
    reason: limit,
    mend: limit === undefined ? undefined : USER_NAMESPACES,
  };
}

function examineKernel(): Finding[] {
  return detectCapabilities().map(({ name, available, reason, module, optional = false }) => ({
    name: `kernel: ${name}`,
    available,
    needed: !optional,
    reason,
    mend: available || !module ? undefined : modprobe(module),
  }));
}

function examinePrograms(): Finding[] {
  const programs: [program: string, needed: boolean, use: string, mend: Mend][] = [
    [
      'unshare',
      true,
      'starts a test worker in namespaces of its own',
      installs('util-linux', 'util-linux', 'util-linux-misc'),
    ],
    [
      'setpriv',
      false,
      'ends programs in a lab when the test process is killed',
      installs('util-linux', 'util-linux', 'setpriv'),
    ],
    ['ip', false, "an independent referee in hairpin's own specs", installs('iproute2', 'iproute', 'iproute2')],
    ['bridge', false, "an independent referee in hairpin's own specs", installs('iproute2', 'iproute', 'iproute2')],
    [
      'ping',
      false,
      "an independent referee in hairpin's own specs",
      installs('iputils-ping', 'iputils', 'iputils-ping'),
    ],
    [
      'qemu-system-x86_64',
      false,
      'boots other kernels for hairpin test --kernel',
      installs('qemu-system-x86', 'qemu-system-x86-core', 'qemu-system-x86_64'),
    ],
    [
      'busybox',
      false,
      'the first steps of other kernels; a static one',
      installs('busybox-static', 'busybox', 'busybox-static'),
    ],
    ['tcpdump', false, "an independent referee in hairpin's own specs", installs('tcpdump', 'tcpdump', 'tcpdump')],
  ];
  return programs.map(([program, needed, use, mend]) => {
    const available = findProgram(program) !== undefined;
    return {
      name: `program: ${program}`,
      available,
      needed,
      reason: available ? undefined : needed ? use : `not found; ${use}`,
      mend: available ? undefined : mend,
    };
  });
}

function format(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ name, available, needed, reason, mend }) => [
    `${available ? '✓' : needed ? '✗' : '○'} ${name}${available ? '' : `: ${reason}`}`,
    ...Object.entries(mend ?? {}).map(([distribution, command]) => `    ${distribution}: ${command}`),
  ]);
  const missing = findings.filter(({ needed, available }) => needed && !available).length;
  const verdict =
    missing === 0 ? 'This machine can run labs.' : `This machine cannot run labs yet: ${missing} needed, missing.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}

const USER_NAMESPACES: Mend = {
  Debian:
    'sysctl -w kernel.unprivileged_userns_clone=1; Ubuntu: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  Fedora: 'sysctl -w user.max_user_namespaces=15000',
  Alpine: 'sysctl -w user.max_user_namespaces=15000',
};

function installs(debian: string, fedora: string, alpine: string): Mend {
  return { Debian: `apt-get install ${debian}`, Fedora: `dnf install ${fedora}`, Alpine: `apk add ${alpine}` };
}

/** Some of Fedora's network modules are in a package of their own. */
function modprobe(module: string): Mend {
  return {
    Debian: `modprobe ${module}`,
    Fedora: `dnf install kernel-modules-extra && modprobe ${module}`,
    Alpine: `modprobe ${module}`,
  };
}
