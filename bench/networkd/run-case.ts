import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { matchesGlob } from 'node:path';
import { createLab, type Lab } from '../../lib/lab/index.ts';
import { type Networkd, networkd } from '../../lib/plugins/networkd.ts';
import { PATIENCE } from '../../lib/report/runs/project-name.ts';
import type { Case } from './cases.ts';
import { askBetween } from './device-pair.ts';
import { Ends, type IpLink } from './ends.ts';
import { direct, EXCLUSIVE, PAIR_MAKERS, SLOW } from './pair-makers.ts';
import { Unit } from './unit.ts';

/** What came of a file. */
export interface Verdict {
  file: string;
  /** Of a .netdev file. */
  kind: string | undefined;
  case: string;
  /** The release of the kernel. */
  kernel: string;
  /** Whether the kernel has the device, or networkd has configured a link by it; else why not. */
  applied: true | string;
  /** Whether an answer came by its link; else why not. */
  carries: true | string;
}

/** networkd has done what it will when it neither prints nor changes anything for so long, in milliseconds. */
const QUIET = 8000;
/** In a guest without KVM. */
const QUIET_IN_GUEST = 30_000;
const LONGEST = 300_000;
/** What it prints once it has seen all devices. */
const STARTED = 'Enumeration completed';

/** Applies the files of a case, and asks along each link of those that it judges. */
export async function runCase(each: Case): Promise<Verdict[]> {
  await using lab = createLab();
  const cut = prepare(each, lab);
  if (cut.units.some((unit) => unit.get('NetDev', 'Kind') === 'fou')) await loadFou();
  const daemon = networkd(cut.ends.host, cut.files);
  await settled(cut, daemon);
  const links = new Map((await cut.ends.links()).map((link) => [link.ifname, link]));
  const judged: (Pick<Verdict, 'file' | 'kind' | 'applied'> & { link: string | undefined; isDown: boolean })[] = [];
  for (const unit of cut.units.filter(({ name }) => each.judged.has(name))) {
    const kind = unit.get('NetDev', 'Kind');
    const [applied, link] = kind ? await made(cut, daemon, links, unit) : network(cut, daemon, links, unit);
    const isDown =
      links.get(link ?? '')?.flags.includes('UP') === false && daemon.status(link ?? '').file !== undefined;
    judged.push({ file: unit.name, kind, applied, link, isDown });
  }
  // It would take the lab's own addresses away as soon as a carrier goes.
  await daemon.stop();
  const answers = new Map<string, Promise<true | string>>();
  const verdicts: Verdict[] = [];
  for (const { link, isDown, ...verdict } of judged) {
    const pair = pairOf(links, link ?? '');
    const ask = (name: string) => answers.get(pair) ?? carries(cut.ends, links, name);
    const answer =
      link === undefined
        ? String(PAIR_MAKERS[verdict.kind ?? ''] ?? '')
        : isDown
          ? 'networkd keeps it down'
          : ask(link);
    if (link !== undefined && answer instanceof Promise) answers.set(pair, answer);
    verdicts.push({
      ...verdict,
      case: each.name,
      kernel: release(),
      carries: verdict.applied === true || link !== undefined ? await answer : '',
    });
  }
  return verdicts;
}

/** As systemd's test does: the kernel itself does not load it. */
async function loadFou(): Promise<void> {
  const program = '/proc/sys/kernel/modprobe';
  // A kernel without modules has it, or lacks it.
  if (!existsSync(program)) return;
  await new Promise<void>((resolve) => execFile(readFileSync(program, 'utf8').trim(), ['fou'], () => resolve()));
}

/** A device, with its other end where both are at the host: only one of them is asked from. */
function pairOf(links: Links, name: string): string {
  const { link, linkinfo } = links.get(name) ?? {};
  const isPair = linkinfo?.info_kind === 'veth' && link && links.has(link);
  return isPair ? [name, link].toSorted().join() : name;
}

/** A case in a lab. */
interface Prepared {
  ends: Ends;
  units: readonly Unit[];
  files: Record<string, string>;
}

/** Cables stand in for dummies, and for what the test itself makes beside networkd. */
function prepare({ units, files, dummies: known, isDummy }: Case, lab: Lab): Prepared {
  const dummies = isDummy ? [] : units.filter((unit) => unit.get('NetDev', 'Kind') === 'dummy');
  const left = units.filter((unit) => !dummies.includes(unit));
  const ends = new Ends(lab, left);
  const matched = left.flatMap(({ matches }) => matches).filter((name) => known.has(name) && !isDummy);
  for (const name of new Set([...dummies.flatMap(namesOf), ...matched])) ends.plug(name);
  const names = new Set([...units.flatMap(namesOf), ...matched]);
  for (const { matches } of left) {
    if (matches.length === 0 || [...names].some((name) => doesMatch(matches, name))) continue;
    const [name = ''] = matches;
    // No test has a device that a pattern alone matches.
    if (/[*?[]/.test(name) || name.length > 15) continue;
    names.add(ends.plug(name));
  }
  const kept = Object.entries(files).filter(([name]) => !dummies.some((unit) => name.startsWith(unit.name)));
  return { ends, units: left, files: Object.fromEntries(kept) };
}

/** Of the devices that a .netdev file makes. */
function namesOf(unit: Unit): string[] {
  const peers = [...unit.all('Peer', 'Name'), ...unit.all('VXCAN', 'Peer'), ...unit.all('L2TPSession', 'Name')];
  return [...unit.all('NetDev', 'Name').slice(-1), ...peers];
}

function doesMatch(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matchesGlob(name, pattern));
}

/** Waits until all links are configured, or nothing happens any more. */
async function settled({ ends, units }: Prepared, daemon: Networkd): Promise<void> {
  const quiet = Number(process.env[PATIENCE] ?? 1) > 1 ? QUIET_IN_GUEST : QUIET;
  const patterns = units.flatMap(({ matches }) => matches);
  const expected = units.flatMap((unit) => (unit.get('NetDev', 'Kind') === 'fou' ? [] : namesOf(unit)));
  const begun = performance.now();
  let [last, since] = ['', begun];
  for (;;) {
    ends.lab.discover();
    const names = new Set([...expected, ...ends.host.interfaces.map(({ name }) => name)]);
    const some = [...names].filter((name) => name !== 'lo');
    const states = some.map((name) => daemon.status(name).state);
    const isDone = (state: string, at: number) =>
      ['configured', 'failed'].includes(state) || (state === 'unmanaged' && !doesMatch(patterns, some[at] as string));
    if (states.length > 0 && states.every(isDone)) return;
    const now = `${states.join()}${daemon.log}`;
    if (now !== last) [last, since] = [now, performance.now()];
    const has = daemon.log.includes(STARTED) ? performance.now() - since : 0;
    if (has > quiet || performance.now() - begun > LONGEST) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type Links = ReadonlyMap<string, IpLink>;
type Applied = readonly [applied: true | string, link?: string];

/** Whether the kernel has what a .netdev file asks for, and by which device to ask. */
async function made({ ends }: Prepared, daemon: Networkd, links: Links, unit: Unit): Promise<Applied> {
  const [name = '', kind = ''] = [unit.get('NetDev', 'Name'), unit.get('NetDev', 'Kind')];
  if (kind === 'fou') {
    const { stdout } = await ends.host.exec('ip', ['fou', 'show'], { reject: false });
    return [String(stdout).includes(`port ${unit.get('FooOverUDP', 'Port')} `) || whyNot(daemon, name)];
  }
  const [session] = unit.all('L2TPSession', 'Name');
  const link = links.get(session ?? name);
  const wanted = kind === 'tap' ? 'tun' : kind;
  const isMade = link !== undefined && (session !== undefined || link.linkinfo?.info_kind === wanted);
  return isMade ? [true, session ?? name] : [whyNot(daemon, name)];
}

/** Whether networkd has configured a link by a .network file, and which. */
function network({ ends }: Prepared, daemon: Networkd, links: Links, unit: Unit): Applied {
  ends.lab.discover();
  const isIts = (name: string) =>
    unit.isOn('Link', 'Unmanaged') ? doesMatch(unit.matches, name) : daemon.status(name).file === unit.name;
  const matched = [...links.keys()].filter(isIts);
  const link = matched.find((name) => daemon.status(name).state === 'configured') ?? matched[0];
  if (link === undefined) return ['it matches no link here'];
  const { state } = daemon.status(link);
  if (unit.isOn('Link', 'Unmanaged')) return [state === 'unmanaged' || state, link];
  const why = state === 'failed' ? complaintOf(daemon, `${link}: `) : undefined;
  return [state === 'configured' ? true : (why ?? state), link];
}

/** What networkd says of a device that it could not make: by its name, or by that of the link which it was to stand on. */
function whyNot(daemon: Networkd, name: string): string {
  return complaintOf(daemon, `${name}: `) ?? complaintOf(daemon, 'Could not create stacked netdev: ') ?? 'not made';
}

/** Its last words of trouble behind others, without what they begin with. */
function complaintOf(daemon: Networkd, words: string): string | undefined {
  const lines = daemon.log.split('\n').filter((line) => /could not|failed to/i.test(line));
  const line = lines.findLast((each) => each.includes(words));
  return line
    ?.slice(line.indexOf(words) + words.length)
    .replace(/^(netdev could not be created|Failed to create netdev): /, '');
}

/** Whether an answer comes by a link; else why not. */
async function carries(ends: Ends, links: Links, name: string): Promise<true | string> {
  const { master } = links.get(name) ?? {};
  const near = master !== undefined && links.has(master) ? master : name;
  const unit = [...ends.netdevs.values()].find((each) => namesOf(each).includes(near));
  const kind = unit?.get('NetDev', 'Kind') ?? '';
  const makePair = PAIR_MAKERS[kind] ?? direct;
  if (typeof makePair === 'string') return makePair;
  try {
    if (EXCLUSIVE.includes(kind)) await setOthersDown(ends, links, near);
    const made = await makePair(ends, near, unit ?? NONE);
    return (await askBetween(ends, made, SLOW.includes(kind))) ?? true;
  } catch (error) {
    return reasonOf(error as Error);
  }
}

const NONE = new Unit('', '');

/** Of a program that failed, the kernel's words. */
function reasonOf({ message }: Error): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^(Error|RTNETLINK answers):/.test(line)) ?? lines.at(-1) ?? 'an error';
}

async function setOthersDown(ends: Ends, links: Links, name: string): Promise<void> {
  const others = [...links.values()].filter(
    ({ ifname, linkinfo }) =>
      ifname !== name && EXCLUSIVE.includes(linkinfo?.info_kind ?? '') && ends.netdevs.has(ifname),
  );
  for (const { ifname } of others) await ends.onHost(`link set ${ifname} down`);
  await ends.onHost(`link set ${name} up`);
}
