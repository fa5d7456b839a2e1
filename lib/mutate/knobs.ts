import type { Cable } from '../lab/cable.ts';
import type { Part } from '../lab/engines/watcher.ts';
import type { Interface } from '../lab/interface.ts';
import type { Macvlan } from '../lab/making/links.ts';
import type { Namespace } from '../lab/namespace.ts';
import type { Port } from '../lab/port.ts';
import { isRoutable } from '../netlink/address.ts';
import type { Knobs } from './knob.ts';
import { modeKnobs } from './mode-knobs.ts';
import { swapKnobs } from './swap-knobs.ts';
import { FLAGS, isPort, onOff, settingsOf, USUAL } from './switch-ports.ts';

/** What can be turned at a part now; nothing where it has been deleted. */
export function knobsOf(part: Part): Knobs {
  if (isCable(part)) return part.a.deleted ? NONE : cableKnobs(part);
  if ('role' in part) return routerKnobs(part);
  return part.deleted ? NONE : deviceKnobs(part);
}

const NONE: Knobs = { settings: {}, knobs: [] };

// By what it has, not by its class: a file's copy of the library need not be the runner's.
function isCable(part: Part): part is Cable {
  return 'a' in part;
}

function cableKnobs(cable: Cable): Knobs {
  const ends: Interface[] = [cable.a, cable.b];
  const plugged = ends.every((end) => end.state().up);
  // A switch has many cables: who names it means none in particular.
  const of = ends.flatMap((end) => (isPort(end) ? [end] : [end, end.namespace]));
  const unplug = { what: `${cable}: unplugged`, settings: {}, of, turn: () => void cable.unplug() };
  const ofEnds = ends.map((end) => (isPort(end) ? portKnobs(end) : addressKnobs(end)));
  return together([{ settings: {}, knobs: plugged ? [unplug] : [] }, ...ofEnds, swapKnobs(cable)]);
}

function portKnobs(port: Port): Knobs {
  const settings = port.settings;
  const flags = FLAGS.filter((flag) => settings[flag] !== undefined);
  const turnable = flags.filter((flag) => couldMatter(port, flag, settings[flag] !== USUAL[flag]));
  const of = [port, port.namespace];
  const knobs = turnable.map((flag) => {
    const [is, would] = [onOff(settings[flag]), onOff(!settings[flag])];
    return {
      what: `${port}: ${flag} ${is} → ${would}`,
      settings: { [`${port} ${flag}`]: would },
      of,
      turn: () => void port.set({ [flag]: !settings[flag] }),
    };
  });
  const { state } = settings;
  if (state !== undefined && state !== 'forwarding' && port.state().carrier) {
    knobs.push({
      what: `${port}: state ${state} → forwarding`,
      settings: { [`${port} state`]: 'forwarding' },
      of,
      turn: () => void port.set({ state: 'forwarding' }),
    });
  }
  return { settings: settingsOf(port, settings), knobs };
}

/** Whether a flag's change could be noticed: unchosen reflection by macvlans, isolation by another isolated port. */
function couldMatter(port: Port, flag: keyof typeof USUAL, chosen: boolean): boolean {
  if (flag === 'hairpin') return chosen || [...(port.peer?.children ?? [])].some((child) => !child.deleted);
  if (flag !== 'isolated') return chosen;
  return port.namespace.interfaces.some((other) => other !== port && isPort(other) && other.settings.isolated === true);
}

function addressKnobs(device: Interface): Knobs {
  const own = device.address.list().filter(isRoutable);
  const words = own.map(({ address, length }) => `${address}/${length}`);
  const withdraw = () => {
    for (const each of words) device.address.delete(each);
  };
  const knob = { what: `${device}: addresses withdrawn`, settings: {}, of: [device.namespace], turn: withdraw };
  return { settings: {}, knobs: own.length > 0 ? [knob] : [] };
}

function deviceKnobs(device: Interface): Knobs {
  const of = [device, device.namespace];
  const down = { what: `${device}: down`, settings: {}, of, turn: () => void device.set({ up: false }) };
  const common = [{ settings: {}, knobs: device.state().up ? [down] : [] }, addressKnobs(device)];
  return together(
    'macaddr' in device ? [...common, macaddrKnobs(device as Macvlan), modeKnobs(device as Macvlan)] : common,
  );
}

function macaddrKnobs(macvlan: Macvlan): Knobs {
  const listed = macvlan.mode === 'source' ? macvlan.macaddr.list() : [];
  const of = [macvlan, macvlan.namespace];
  const emptied = { what: `${macvlan}: macaddr list emptied`, settings: {}, of, turn: () => macvlan.macaddr.flush() };
  return { settings: {}, knobs: listed.length > 0 ? [emptied] : [] };
}

function routerKnobs(router: Namespace): Knobs {
  const turn = () => {
    router.sysctl.set('net.ipv4.ip_forward', 0);
    router.sysctl.set('net.ipv6.conf.all.forwarding', 0);
  };
  return { settings: {}, knobs: [{ what: `${router}: forwarding on → off`, settings: {}, of: [router], turn }] };
}

function together(all: Knobs[]): Knobs {
  return {
    settings: Object.assign({}, ...all.map(({ settings }) => settings)),
    knobs: all.flatMap(({ knobs }) => knobs),
  };
}
