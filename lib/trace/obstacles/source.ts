import { hasCode } from '../../kernel/has-code.ts';
import { Interface } from '../../lab/index.ts';
import { mtuOf, packetLength } from '../../probes/path-mtu.ts';
import type { Question } from '../../probes/question.ts';
import { nextHop } from '../../probes/source.ts';
import { isMulticastIp } from '../../wire/ip-address.ts';
import type { Obstacle } from './obstacle.ts';

/**
 * Why a probe never left its source, behind what the kernel said of it: an address, a link, a route, a length.
 *
 * @param size bytes of data in it, where the spec chose that
 */
export function sourceObstacle(question: Question, size?: number): Partial<Obstacle> | undefined {
  try {
    return addressObstacle(question) ?? wayObstacle(question) ?? mtuObstacle(question, size);
  } catch (error) {
    // A device that somebody deleted behind the lab's back cannot be asked.
    if (hasCode(error, 'ENODEV')) return undefined;
    throw error;
  }
}

/** Why a device cannot send, followed to the cable or the parent that is at fault. */
export function linkObstacle(device: Interface): Obstacle | undefined {
  const state = device.stateIfThere();
  if (!state) return { text: `${device} is gone: a program has deleted it, or moved it elsewhere` };
  const { up, carrier, operState } = state;
  if (!up) return { text: `${device} is down`, hint: bringUp(device) };
  if (carrier && operState !== 'LOWERLAYERDOWN') return undefined;
  const { peer } = device;
  if (peer?.stateIfThere()?.up === false)
    return { text: `the other end of its cable, ${peer}, is down`, hint: bringUp(peer) };
  if (!(device.parent instanceof Interface)) return undefined;
  const { parent } = device;
  const below = linkObstacle(parent);
  if (!below) return undefined;
  const text = parent.stateIfThere()?.up
    ? `its parent ${parent} has no carrier: ${below.text}`
    : `its parent ${below.text}`;
  return { ...below, text };
}

/** An address that is not its owner's yet, or any more: no socket can be bound to it (`__inet6_bind`). */
function addressObstacle({ from, source: { device, address }, bound }: Question): Obstacle | undefined {
  const own = bound && device.address.list().find((each) => each.address === address);
  if (!own) return undefined;
  if (own.dadFailed) {
    return { text: `${address} of ${from} is a duplicate: another node has it (dadfailed)`, hint: 'give it another' };
  }
  if (!own.tentative) return undefined;
  return {
    text: `${address} of ${from} is tentative: duplicate address detection is not done`,
    hint: `wait for it, 1 to 2 s, or add it without: address.add('${address}/${own.length}')`,
  };
}

function wayObstacle(question: Question): Partial<Obstacle> | undefined {
  const { from, to, source } = question;
  const hop = nextHop(question);
  if (typeof hop !== 'string') return linkObstacle(hop.device);
  // With the link its routes have gone (fib_disable_ip).
  if (source.device.stateIfThere()?.up === false) {
    return { text: `${source.device} is down, and its routes are gone with it`, hint: bringUp(source.device) };
  }
  if (isMulticastIp(to.address)) {
    const groups = question.family === 4 ? '224.0.0.0/4' : 'ff00::/8';
    return {
      hint: `a way to groups: ${from}.route.add({ to: '${groups}', dev: '${source.device.name}' }); toHear asks who hears one`,
    };
  }
  if (from.route.hasRules(question.family))
    return { hint: `which rule it is: ip rule and ip route show table all, on ${from}` };
  return { hint: `a way to there: ${from}.route.add({ to: '${to.address}', via: … })` };
}

/** `ip_append_data`: what is not to be fragmented fits the device, or is refused (`EMSGSIZE`). */
function mtuObstacle(question: Question, size: number | undefined): Obstacle | undefined {
  const hop = nextHop(question);
  if (size === undefined || typeof hop === 'string') return undefined;
  const { mtu, ofRoute } = mtuOf(question, hop.device);
  const length = packetLength(question, size);
  if (length <= mtu) return undefined;
  const { from, to } = question;
  const sender = ofRoute ? `the route of ${from} to ${to.address}` : hop.device;
  const mend = ofRoute
    ? `on ${from}: ip route show, and the mtu of that route`
    : `set({ mtu: ${length} }) on each device of the way`;
  return {
    text: `${sender} ${ofRoute ? 'takes' : 'sends'} packets of up to ${mtu} bytes (its MTU), and this one has ${length}`,
    hint: `size is without the headers: at most ${mtu - packetLength(question, 0)} here; or ${mend}`,
  };
}

function bringUp(device: Interface): string {
  return `bring it up: set({ up: true }) on ${device}`;
}
