import { after } from '../kernel/clock.ts';
import type { CapturedFrame } from '../lab/index.ts';
import { decodeRedirect, ICMP_PROTOCOL } from '../wire/icmp.ts';
import { packetBehindTags } from '../wire/ip-packet.ts';

/**
 * Milliseconds after which a router repeats its first redirect: twice `ip_rt_redirect_load`, which is a fiftieth of a second, and
 * two ticks of a slow timer (`ip_rt_send_redirect`).
 */
const REPEATED = 60;

/**
 * Knows whether a router has told a host of a better next hop since the last probe (ICMP redirect), so that the next one may go
 * another way. IPv4 takes a next hop only if it has its MAC address. For the first redirect it may only ask for that
 * (`__ip_do_redirect`), and take the next hop for the second.
 */
export class BetterWays {
  /** How often each host was told of each next hop. */
  #told = new Map<string, number>();

  /**
   * Waits until a router that has sent only one such message would send another.
   *
   * @param frames that were seen since the question began
   * @returns whether a router has sent one since the last call
   */
  async told(frames: readonly CapturedFrame[]): Promise<boolean> {
    const before = this.#told;
    this.#told = countRedirects(frames);
    const news = [...this.#told].filter(([key, count]) => count > (before.get(key) ?? 0));
    if (news.some(([key]) => !before.has(key))) await new Promise<void>((resolve) => after(REPEATED, resolve));
    return news.length > 0;
  }
}

function countRedirects(frames: readonly CapturedFrame[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { at, direction, bytes } of frames) {
    const packet = direction === 'in' && !at.isPort ? packetBehindTags(bytes) : undefined;
    const isIcmp = packet?.protocol === ICMP_PROTOCOL[packet?.family ?? 4];
    const redirect = packet && isIcmp ? decodeRedirect(packet.family, packet.payload) : undefined;
    if (!redirect) continue;
    const key = `${at} ${redirect.destination} ${redirect.gateway}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
