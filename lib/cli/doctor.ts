import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { KernelError } from '../kernel/kernel-error.ts';
import { whyNoNamespaces } from '../kernel/namespaces/why-no-namespaces.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { detectCapabilities } from '../lab/capabilities.ts';
import { createLab } from '../lab/index.ts';
import { reach } from '../probes/reach.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { inOwnNamespaces, MARK } from './in-own-namespaces.ts';
import { print, printJson } from './print.ts';

/** How long the lab's answer is waited for, in milliseconds. */
const WITHIN = 1000;

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
    .description('says what this machine lacks for a lab, and the commands that mend it')
    .option('--json', 'print one array of all findings')
    .addHelpText(
      'after',
      exitCodes({ ok: 'nothing needed is missing', difference: 'something is', usage: 'wrong usage' }),
    )
    .action(async ({ json }: { json?: boolean }) => {
      const privilege = examinePrivilege();
      const elsewhere = privilege.available ? inOwnNamespaces() : undefined;
      if (elsewhere !== undefined) {
        process.exitCode = elsewhere;
        return;
      }
      const kernel = privilege.available ? await examineKernel() : [];
      const findings = [privilege, ...kernel, ...examinePrograms()];
      if (json) printJson(JSON.stringify(findings, undefined, 2));
      else print(format(findings));
      process.exitCode = findings.some(({ needed, available }) => needed && !available) ? EXIT.difference : EXIT.ok;
    });
}

/** Whether a program can be started in namespaces of its own, as the pool does with each worker. */
function examinePrivilege(): Finding {
  const isSecond = process.env[MARK] !== undefined;
  const isRoot = process.getuid?.() === 0 && !isSecond;
  const name = `privileges: ${isRoot ? 'root' : 'user namespaces'}`;
  if (!findProgram('unshare') && !isRoot) {
    return {
      name,
      available: false,
      needed: true,
      reason: "there is no program 'unshare'",
      mend: installs('util-linux', 'util-linux', 'util-linux-misc'),
    };
  }
  // The first run has found it out, and started this one so. Without unshare, root can have labs, but in no pool.
  const reason = isSecond || !findProgram('unshare') ? undefined : whyNoNamespaces();
  return { name, available: reason === undefined, needed: true, reason };
}

/** What labs are made of, and then a lab. */
async function examineKernel(): Promise<Finding[]> {
  const findings = (await detectCapabilities()).map(
    ({ name, available, reason, module, optional = false }): Finding => ({
      name: `kernel: ${name}`,
      available,
      needed: !optional,
      reason,
      mend: available || !module ? undefined : modprobe(module),
    }),
  );
  const isComplete = findings.every(({ available, needed }) => available || !needed);
  return isComplete ? [...findings, await examineLab()] : findings;
}

/** Two hosts on a cable: one asks, and the other answers. */
async function examineLab(): Promise<Finding> {
  const lab = createLab();
  try {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    const { outcome, reason } = await reach('hairpin doctor', a, b, {}, { milliseconds: WITHIN });
    const answered = outcome === 'answered';
    return { name: 'a lab', available: answered, needed: true, reason: answered ? undefined : (reason ?? outcome) };
  } catch (error) {
    const reason = error instanceof KernelError ? (error.usualCause ?? error.message) : String(error);
    return { name: 'a lab', available: false, needed: true, reason };
  } finally {
    await lab.close();
  }
}

const IN_OWN_SPECS = "an independent referee in hairpin's own specs";

/** What each program is for, and its packages in Debian, Fedora and Alpine. */
const PROGRAMS: readonly (readonly [program: string, use: string, ...packages: [string, string, string]])[] = [
  ['unshare', 'starts a test worker in namespaces of its own', 'util-linux', 'util-linux', 'util-linux-misc'],
  ['setpriv', 'ends programs in a lab when the test process is killed', 'util-linux', 'util-linux', 'setpriv'],
  ['ip', IN_OWN_SPECS, 'iproute2', 'iproute', 'iproute2'],
  ['bridge', IN_OWN_SPECS, 'iproute2', 'iproute', 'iproute2'],
  ['ping', IN_OWN_SPECS, 'iputils-ping', 'iputils', 'iputils-ping'],
  [
    ...(['qemu-system-x86_64', 'boots other kernels for hairpin test --kernel'] as const),
    ...(['qemu-system-x86', 'qemu-system-x86-core', 'qemu-system-x86_64'] as const),
  ],
  ['busybox', 'the first steps of other kernels; a static one', 'busybox-static', 'busybox', 'busybox-static'],
  ['tcpdump', IN_OWN_SPECS, 'tcpdump', 'tcpdump', 'tcpdump'],
];

function examinePrograms(): Finding[] {
  return PROGRAMS.map(([program, use, ...packages]) => {
    const needed = program === 'unshare';
    const name = `program: ${program}`;
    if (findProgram(program) !== undefined) return { name, available: true, needed };
    return { name, available: false, needed, reason: needed ? use : `not found; ${use}`, mend: installs(...packages) };
  });
}

const KERNEL = /^kernel: /;

function format(findings: readonly Finding[]): string {
  // What brings a kind of link is said once for all.
  const kinds = findings.filter(({ name, available, needed }) => KERNEL.test(name) && !available && !needed);
  const lines = findings.flatMap((finding) => {
    const { name, available, needed, reason } = finding;
    const mend = kinds.includes(finding) ? {} : (finding.mend ?? {});
    return [
      `${available ? '✓' : needed ? '✗' : '○'} ${name}${available ? '' : `: ${reason}`}`,
      ...Object.entries(mend).map(([distribution, command]) => `    ${distribution}: ${command}`),
    ];
  });
  const missing = findings.filter(({ needed, available }) => needed && !available).length;
  const verdict =
    missing === 0 ? 'This machine can run labs.' : `This machine cannot run labs yet: ${missing} needed, missing.`;
  return `${[...lines, '', ...adviseOnKinds(kinds.length), verdict].join('\n')}\n`;
}

/** What helps if the kernel lacks kinds of links. */
function adviseOnKinds(missing: number): string[] {
  if (missing === 0) return [];
  // Without CONFIG_MODULES there is no such file.
  const loads = existsSync('/proc/modules');
  return [
    `Kinds of links that this kernel lacks: ${missing}. Only specs that use them need them.`,
    loads
      ? '    modprobe loads them, as root; on Fedora after dnf install kernel-modules-extra'
      : '    this kernel loads no modules (CONFIG_MODULES)',
    '    another kernel may have them: npx hairpin test --kernel um, or --kernel 6.1',
    '',
  ];
}

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
