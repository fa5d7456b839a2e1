import { formatMessage } from '../../lib/matchers/message.ts';
import { toReach } from '../../lib/matchers/to-reach.ts';
import { normalizeIp } from '../../lib/wire/ip-address.ts';
import { ask } from '../ask.ts';
import type { Ends } from './ends.ts';

/** The two ends of a link: where a packet leaves the host, and where it arrives. */
export interface DevicePair {
  /** The device of the host that is asked from. */
  near: string;
  /** The device at the far end. */
  far: string;
  /** @default 4 */
  family?: 4 | 6;
  /** The addresses of both ends. @default two of a new subnet */
  addresses?: readonly [near: string, far: string];
  /** The device whose packets `ip -s` counts, where it is another. */
  counted?: string;
  /** Asked from the device and its first address, as the hosts of a VRF must be. */
  isBound?: boolean;
  /** Lines for `ip` at the host and at the far end, once both have their addresses. */
  lines?: ((near: string, far: string) => { host?: string[]; far?: string[] }) | undefined;
}

/** A spanning tree takes half a minute; a mesh some seconds. */
const WITHIN = 40_000;
const SHORT = 4000;

let subnets = 0;

/**
 * Asks from the near device to the far one, and has `ip -s` say that packets went out and came in by the device.
 *
 * @returns why nothing came; undefined when an answer did
 */
export async function askBetween(ends: Ends, pair: DevicePair, isSlow: boolean): Promise<string | undefined> {
  const { near, far, family = 4 } = pair;
  const [own, other] = pair.addresses ?? nextSubnet(family);
  const [nearAddress, target] = [bare(own), bare(other)];
  const nodad = family === 6 ? ' nodad' : '';
  await ends.onHost(`link set ${near} up`);
  await ends.onFar(`link set ${far} up`);
  await ends.onHost(`address add ${own} dev ${near}${nodad}`);
  await ends.onFar(`address add ${other} dev ${far}${nodad}`);
  const { host = [], far: there = [] } = pair.lines?.(nearAddress, target) ?? {};
  for (const line of host) await ends.onHost(line);
  for (const line of there) await ends.onFar(line);
  const device = ends.interface(near);
  const before = await counters(ends, pair.counted ?? near);
  const from = pair.isBound ? device : nearAddress;
  const options = { from, within: isSlow ? WITHIN : SHORT, neighbours: 'kept' } as const;
  const answer = await ask(toReach, ends.host, [target, options]);
  const after = await counters(ends, pair.counted ?? near);
  if (answer.pass && after.tx <= before.tx && after.rx > before.rx) return 'only the answer passes it';
  if (answer.pass && (after.tx <= before.tx || after.rx <= before.rx))
    throw new Error(`${near}: an answer came, but ip counts no packet: ${JSON.stringify({ before, after })}`);
  if (answer.pass) return undefined;
  const code = answer.evidence?.failed.diagnosis?.cause.code;
  if (code !== undefined && code !== 'unknown') return `\`${code}\``;
  const words = answer.message ? formatMessage(answer.message) : '';
  return /^Kernel: +(dropped in \w+)/m.exec(words)?.[1] ?? 'no answer';
}

/** Two addresses of a subnet that no other pair has. */
export function nextSubnet(family: 4 | 6): readonly [near: string, far: string] {
  subnets = (subnets % 250) + 1;
  return family === 4
    ? [`10.99.${subnets}.1/24`, `10.99.${subnets}.2/24`]
    : [`fd99:${subnets}::1/64`, `fd99:${subnets}::2/64`];
}

async function counters(ends: Ends, name: string): Promise<{ rx: number; tx: number }> {
  const { stdout } = await ends.host.exec('ip', ['-j', '-s', 'link', 'show', 'dev', name]);
  const [{ stats64 }] = JSON.parse(String(stdout));
  return { rx: stats64.rx.packets, tx: stats64.tx.packets };
}

function bare(address: string): string {
  return normalizeIp(address.split('/')[0] as string);
}
