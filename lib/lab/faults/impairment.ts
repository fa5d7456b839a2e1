import { inspect } from 'node:util';
import { hasCode, unlessCode } from '../../base/has-code.ts';
import { withoutUndefined } from '../../base/plain-object.ts';
import { checkInteger, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import { tcQdisc } from '../../netlink/tc/qdisc.ts';
import type { NetemOptions } from '../../netlink/tc/qdisc-netem.ts';
import type { TbfOptions } from '../../netlink/tc/qdisc-tbf.ts';
import { bytesASecond, parseRate, RATE_RULE, rateText } from '../../netlink/tc/tc-rate.ts';
import { engineOf } from '../engines/engine.ts';
import { change, unwatched } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';

/** What happens to the packets that an interface sends: what `netem` does, in the words of `tc qdisc`. */
export type ImpairOptions = NetemOptions;

const PERCENTAGES = ['loss', 'duplicate', 'reorder', 'corrupt'] as const;
const OPTIONS = ['delay', 'jitter', ...PERCENTAGES, 'rate', 'limit'] as const;

/** An hour: what is longer is a slip of the units. */
const LONGEST = 3_600_000;

/** An impaired link: `using` clears it at the end of its scope. */
export class Impairment implements Disposable {
  readonly #device: Interface;
  #active = true;

  constructor(device: Interface) {
    this.#device = device;
  }

  /** Clears the impairment. Packets that wait in its queue are lost. A second call does nothing. */
  clear(): void {
    if (!this.#active) return;
    this.#active = false;
    const { lab } = this.#device.namespace;
    // With the device, and with the lab, its queue goes.
    if (lab.closed || this.#device.deleted) return;
    const { namespace, index } = this.#device;
    engineOf(lab).visits.addFault();
    const { rtnetlink } = engineOf(namespace);
    const there = rtnetlink.list(tcQdisc.all()).find((each) => each.device === index && each.isRoot);
    // A program has put another in its place.
    if (there?.kind !== 'netem' && there?.kind !== 'tbf') return;
    // Other software may have deleted the qdisc, or the device.
    unlessCode(['ENOENT', 'EINVAL', 'ENODEV'], () => rtnetlink.change(tcQdisc.delete({ device: index })));
  }

  [Symbol.dispose](): void {
    unwatched(() => this.clear());
  }

  /** `impairment of a/eth0`, for `console.log`. */
  [inspect.custom](): string {
    return `impairment of ${this.#device}`;
  }
}

/** Makes the link worse by which an interface sends; {@link Interface.impair} is this. */
export function impair(device: Interface, options: ImpairOptions): Impairment {
  const call = `${device}.impair`;
  const impairment = new Impairment(device);
  change(call, device, [options], () => {
    const netem = netemOf(call, options);
    const { namespace, index } = device;
    const { rtnetlink } = engineOf(namespace);
    const there = rtnetlink.list(tcQdisc.all()).find((each) => each.device === index && each.isRoot && each.isGiven);
    if (there) {
      throw new UsageError(
        `${call}: ${device} has the queueing discipline ${there.kind} already: end it first (clear(), or tc qdisc del dev ${device.name} root)`,
      );
    }
    engineOf(namespace.lab).visits.addFault();
    try {
      rtnetlink.change(tcQdisc.add({ device: index, kind: 'netem', options: netem }, CAUSES));
    } catch (error) {
      const { rate, limit, ...others } = netem;
      // Many kernels have tbf and no netem.
      if (!hasCode(error, 'ENOENT') || rate === undefined || Object.keys(others).length > 0) throw error;
      const options = bucketOf(rate, limit, device.state().mtu);
      rtnetlink.change(tcQdisc.add({ device: index, kind: 'tbf', options }));
    }
  });
  return impairment;
}

const CAUSES = { ENOENT: 'it needs CONFIG_NET_SCH_NETEM (modprobe sch_netem). A rate alone works without, by tbf' };

/** @throws UsageError for a wrong option */
function netemOf(call: string, options: ImpairOptions): NetemOptions {
  checkOptions(call, options, OPTIONS);
  const { rate, limit, delay, jitter, ...others } = options;
  if (OPTIONS.every((option) => option === 'limit' || options[option] === undefined))
    throw new UsageError(`${call}: say what happens to packets: one of ${OPTIONS.slice(0, -1).join(', ')}`);
  for (const option of ['delay', 'jitter'] as const)
    checkNumber(call, option, options[option], 'milliseconds', LONGEST);
  for (const option of PERCENTAGES) checkNumber(call, option, options[option], 'percent', 100);
  for (const option of ['jitter', 'reorder'] as const) {
    if (options[option] !== undefined && !delay)
      throw new UsageError(`${call}: ${option} needs a delay: without one no packet waits`);
  }
  checkInteger(call, 'limit', limit, 1, 2 ** 32 - 1);
  const checked = rate === undefined ? undefined : checkRate(call, rate);
  return withoutUndefined({ delay, jitter, ...others, rate: checked, limit });
}

function checkNumber(call: string, option: string, value: unknown, unit: string, most: number): void {
  if (value === undefined || (typeof value === 'number' && value >= 0 && value <= most)) return;
  throw wrongOption(call, option, `${unit}, 0 to ${most}`, value);
}

/** As the kernel has it, which counts bytes a second. */
function checkRate(call: string, rate: string): string {
  const bits = parseRate(rate);
  if (bits !== undefined) return rateText(bits);
  throw wrongOption(call, 'rate', RATE_RULE, rate);
}

/** Room for a packet at least, and for what is sent in 10 ms: the kernel fills the bucket only at each tick. */
function bucketOf(rate: string, limit = 1000, mtu: number): TbfOptions {
  const frame = mtu + ETHERNET_HEADER;
  const burst = Math.min(Math.max(2 * frame, Math.round(bytesASecond(rate) / 100)), 2 ** 31);
  return { rate, burst, limit: Math.min(burst + limit * frame, 2 ** 32 - 1) };
}

/** With a tag. */
const ETHERNET_HEADER = 18;
