import type { KnownNames } from '../netlink/names.ts';
import { enginesOf } from './engines/engine.ts';
import type { Lab } from './lab.ts';
import { ownBridge } from './making/own-bridge.ts';
import type { Namespace } from './namespace.ts';

/** The names of a lab, for the words of errors; `namespace` is the one that is spoken to, undefined outside of the lab. */
export function namesOf(lab: Lab, namespace?: Namespace): KnownNames {
  return {
    namespace: namespace?.name,
    device: (index) =>
      namespace && [...namespace.interfaces, ownBridge(namespace)].find((device) => device?.index === index)?.name,
    netns: (fd) => nameOf(lab, fd),
  };
}

function nameOf(lab: Lab, fd: number): string | undefined {
  const engines = enginesOf(lab.namespaces);
  return engines.find(({ netns }) => !netns.closed && netns.fd === fd)?.name;
}
