import { bridge, missingVlanFiltering } from '../../links/bridge.ts';
import { hasLink, missingLink } from '../../links/has-link.ts';
import type { NewSettingsOf } from '../../links/link-kind.ts';
import { ipLink } from '../../netlink/link.ts';
import { NO_MAC } from '../../wire/mac-address.ts';
import { handleOf } from '../handle.ts';
import type { Interface } from '../interface.ts';
import type { BridgeLink } from '../making/links.ts';
import { refuseIgnored } from '../making/refuse-ignored.ts';
import type { Switch } from '../switch.ts';
import { engineOf, setEngine } from './engine.ts';
import { applyDefaults, NamespaceEngine } from './namespace-engine.ts';

/** What is behind a {@link Switch}: a namespace with a bridge. */
export class SwitchEngine extends NamespaceEngine {
  /** The bridge. It stands for the namespace, so it is none of its interfaces, and no tap watches it. */
  readonly br0: BridgeLink;
  /** The ifindex of the bridge. */
  readonly bridge: number;

  constructor(namespace: Switch) {
    super(namespace);
    this.bridge = engineOf(namespace.lab).nextIndex();
    const place = { namespace, index: this.bridge, kind: bridge.kind, segment: undefined };
    this.br0 = handleOf({ ...place, name: 'br0', mac: NO_MAC }) as BridgeLink;
  }

  /** Makes a device of the namespace a port of the bridge. */
  join(device: Interface): void {
    this.rtnetlink.change(ipLink.change({ index: device.index, master: this.bridge }));
  }
}

/** Makes the engine of a new switch, and its bridge. */
export function openSwitch(call: string, namespace: Switch, settings: NewSettingsOf<typeof bridge>): Switch {
  const engine = new SwitchEngine(namespace);
  setEngine(namespace, engine);
  applyDefaults(namespace);
  const kind = bridge.as({ ...bridge.defaults, ...settings });
  const causes = { EOPNOTSUPP: () => (hasLink(bridge) ? missingVlanFiltering : missingLink(bridge)) };
  engine.rtnetlink.change(ipLink.add({ index: engine.bridge, name: 'br0', up: true, ...kind }, causes));
  refuseIgnored(call, engine.br0, bridge, settings);
  return namespace;
}
