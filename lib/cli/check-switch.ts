import { Command, InvalidArgumentError } from 'commander';
import { KernelError } from '../kernel/kernel-error.ts';
import { createLab, UsageError } from '../lab/index.ts';
import { askReflection, type ReflectedFrames } from '../probes/reflection.ts';
import { familyOf } from '../wire/ip-address.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { named } from './named.ts';
import { print, printJson } from './print.ts';
import { judgeReflection, type ReflectionVerdict } from './reflection-verdict.ts';

const DEFAULT_WITHIN = 500;
const LONGEST = 600_000;

const EXIT_OF = {
  reflects: EXIT.ok,
  'does not reflect': EXIT.difference,
  'cannot tell': EXIT.unable,
} as const satisfies Record<ReflectionVerdict['verdict'], number>;

interface Options {
  json?: boolean;
  within: number;
  neighbour?: string;
}

/** What `--json` prints. */
type Finding = ReflectionVerdict & { nic: string; frames: ReflectedFrames[] };

export function checkSwitchCommand(): Command {
  return new Command('check-switch')
    .description('says whether the switch behind a real NIC reflects frames, as macvlans in mode vepa need (802.1Qbg)')
    .argument('<nic>', 'the NIC, such as enp0s5; it must be up, and stays as it is', named)
    .option('--json', 'print one object with the counts of every kind of frame')
    .option(
      '--within <ms>',
      'how long each of three rounds waits for its frames, in milliseconds',
      milliseconds,
      DEFAULT_WITHIN,
    )
    .option(
      '--neighbour <address>',
      'an IPv4 address behind the switch that must answer ARP; only then silence counts',
      ipv4,
    )
    .addHelpText(
      'after',
      `
Two macvlans in mode vepa, in temporary namespaces, send each other raw frames
(EtherType 0x88b5) by the NIC: broadcast, then unicast, three times. Both also
ask --neighbour, or the NIC's default gateway, for its MAC address by ARP.
Otherwise a port that drops foreign MAC addresses would look like a switch that
does not reflect. Needs root.`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'it reflects',
        difference: 'it does not reflect',
        usage: 'wrong usage',
        unable: 'cannot tell, with the reason',
      }),
    )
    .action(async (nic: string, { json, within, neighbour }: Options) => {
      const finding = await findOut(nic, { within, neighbour });
      if (json) printJson(JSON.stringify(finding, undefined, 2));
      else print(format(finding));
      process.exitCode = EXIT_OF[finding.verdict];
    });
}

async function findOut(nic: string, options: { within: number; neighbour: string | undefined }): Promise<Finding> {
  try {
    // Its own namespaces are not what is asked about.
    await using lab = createLab({ taps: false });
    const reflection = await askReflection(lab, lab.uplink(nic), options);
    return { nic, ...judgeReflection(nic, reflection), frames: reflection.frames };
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof KernelError)) throw error;
    return { nic, verdict: 'cannot tell', because: inOneLine(error), frames: [] };
  }
}

function format({ nic, verdict, because }: Finding): string {
  return verdict === 'cannot tell' ? `${nic}: cannot tell, because ${because}\n` : `${nic}: ${verdict} (${because})\n`;
}

function inOneLine({ message }: Error): string {
  return message.replace(/^lab\.uplink: /, '').replaceAll(/\n\s*/g, '; ');
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 1 && value <= LONGEST) return value;
  throw new InvalidArgumentError(`It must be milliseconds, 1 to ${LONGEST}.`);
}

function ipv4(text: string): string {
  if (familyOf(text) === 4) return text;
  throw new InvalidArgumentError('It must be an IPv4 address such as 192.168.1.1.');
}
