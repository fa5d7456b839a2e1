import type { Cable } from '../lab/cable.ts';
import type { Interface } from '../lab/interface.ts';
import type { Knob, Knobs } from './knob.ts';
import { swapCables } from './swap-cables.ts';
import { isSwitchPort, settingsOf } from './switch-ports.ts';
import { isChosen, SwitchedNetwork, type SwitchPort } from './switched-network.ts';

/**
 * A host's cable swapped with another: with the one at the same place of the next switch, and where the spec chose its
 * port's settings, with the next one of the same switch. Not with each: what a spec says of one wrong place it says of all.
 */
export function swapKnobs({ a, b }: Cable): Knobs {
  const ends: Interface[] = [a, b];
  const port = ends.find(isSwitchPort);
  if (!port) return { settings: {}, knobs: [] };
  const network = new SwitchedNetwork(port.namespace.lab);
  const own = network.plugged.find((each) => each.port === port);
  if (!own) return { settings: {}, knobs: [] };
  const partners = [partner(network, own, onOtherSwitch), partner(network, own, onSameSwitch)];
  return {
    settings: { [`${own.device} at`]: String(port) },
    knobs: partners.flatMap((other) => (other ? [swapKnob(own, other)] : [])),
  };
}

type Choose = (network: SwitchedNetwork, own: SwitchPort) => SwitchPort | undefined;

/** Of two that choose each other the one made later has the knob: when it was made both are there. */
function partner(network: SwitchedNetwork, own: SwitchPort, choose: Choose): SwitchPort | undefined {
  const other = choose(network, own);
  if (!other || (isLater(other, own) && choose(network, other) === own)) return undefined;
  return other;
}

function onOtherSwitch(network: SwitchedNetwork, own: SwitchPort): SwitchPort | undefined {
  const switches = [...Map.groupBy(network.plugged, ({ bridge }) => bridge).values()];
  const at = switches.findIndex((ports) => ports.includes(own));
  const place = switches[at]?.indexOf(own) ?? 0;
  return after(switches, at)
    .flatMap((ports) => ports[place % ports.length] ?? [])
    .find((other) => network.tellsApart(own, other));
}

function onSameSwitch(network: SwitchedNetwork, own: SwitchPort): SwitchPort | undefined {
  if (!isChosen(own)) return undefined;
  const ports = network.plugged.filter(({ bridge }) => bridge === own.bridge);
  return after(ports, ports.indexOf(own)).find((other) => network.tellsApart(own, other));
}

/** The others, from the next one on, round. */
function after<T>(all: readonly T[], at: number): T[] {
  return [...all.slice(at + 1), ...all.slice(0, at)];
}

function isLater(a: SwitchPort, b: SwitchPort): boolean {
  return a.port.index > b.port.index;
}

function swapKnob(own: SwitchPort, other: SwitchPort): Knob {
  const [first, second] = isLater(own, other) ? [other, own] : [own, other];
  const ports = [first.port, second.port];
  return {
    what: `${ports.join(' ↔ ')}: cables swapped`,
    settings: settingsAfter(first, second),
    of: ports.flatMap((port) => [port, port.namespace]),
    turn: () => swapCables(first.port, second.port),
  };
}

/** Of one switch it is as if the settings were exchanged, which another case of a test may have chosen. */
function settingsAfter(a: SwitchPort, b: SwitchPort): Record<string, string> {
  if (a.bridge === b.bridge) return { ...settingsOf(a.port, b.settings), ...settingsOf(b.port, a.settings) };
  return { [`${a.device} at`]: String(b.port), [`${b.device} at`]: String(a.port) };
}
