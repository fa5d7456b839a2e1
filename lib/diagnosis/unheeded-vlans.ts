import type { Hop } from '../lab/index.ts';
import { vlanTagOf } from '../wire/vlan-tag.ts';

/**
 * What to do where a frame passed from one port to another that are in different VLANs, because their bridge does not look at VLANs.
 * The kernel takes VLANs of ports before `vlan_filtering` is on, and says nothing (`br_allowed_ingress`, `br_allowed_egress`).
 */
export function mendUnheededVlans(path: Hop): string | undefined {
  for (const next of path.next) {
    const mend = mendBetween(path, next) ?? mendUnheededVlans(next);
    if (mend !== undefined) return mend;
  }
  return undefined;
}

/** An untagged frame would be of the `pvid` of the port that it came in by. */
function mendBetween({ frame }: Hop, { frame: copy }: Hop): string | undefined {
  const [from, to] = [frame.at, copy.at];
  if (frame.direction !== 'in' || copy.direction !== 'out' || from.deleted || to.deleted) return undefined;
  const { bridge } = from;
  if (!bridge || to.bridge !== bridge || vlanTagOf(frame.bytes)) return undefined;
  const { vlanFiltering } = bridge.settings as { vlanFiltering?: boolean };
  if (vlanFiltering !== false) return undefined;
  const vlan = from.vlan.list().find(({ pvid }) => pvid);
  if (!vlan || to.vlan.list().some(({ id }) => id === vlan.id)) return undefined;
  return `VLANs count once their bridge looks at them: set({ vlanFiltering: true }) on the bridge of ${from}`;
}
