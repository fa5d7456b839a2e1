import { bridge } from '../links/bridge.ts';
import { missingLink } from '../links/has-link.ts';
import type { NewSettingsOf } from '../links/link-kind.ts';
import { ipLink } from '../netlink/link.ts';
import { engineOf, setEngine } from './engine.ts';
import type { Interface } from './interface.ts';
import { applyDefaults, NamespaceEngine } from './namespace-engine.ts';
import type { Switch } from './switch.ts';

/** What is behind a {@link Switch}: a namespace with a bridge. */
export class SwitchEngine extends NamespaceEngine {
  /** The ifindex of the bridge. */
  readonly bridge: number;

  constructor(namespace: Switch) {
    super(namespace);
    this.bridge = engineOf(namespace.lab).nextIndex();
  }

  /** Makes a device of the namespace a port of the bridge. */
  join({ index }: Interface): void {
    this.rtnetlink.change(ipLink.change({ index, master: this.bridge }));
  }
}

/** Makes the engine of a new switch, and its bridge. */
export function openSwitch(namespace: Switch, settings: NewSettingsOf<typeof bridge>): Switch {
  const engine = new SwitchEngine(namespace);
  setEngine(namespace, engine);
  applyDefaults(namespace);
  const kind = bridge.as({ ...bridge.defaults, ...settings });
  const causes = { EOPNOTSUPP: () => missingLink(bridge) };
  engine.rtnetlink.change(ipLink.add({ index: engine.bridge, name: 'br0', up: true, ...kind }, causes));
  return namespace;
}
