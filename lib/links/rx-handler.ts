import type { LowerDevice } from './link-description.ts';

const ONE_HANDLER = 'a device has one rx_handler (netdev_rx_handler_register)';

/** Why a device takes no macvlan, or no ipvlan, on top: something else has its rx_handler (`netdev_is_rx_handler_busy`). */
export function whyBusy(lower: LowerDevice, wanted: 'macvlan' | 'ipvlan'): string {
  if (lower.kind === undefined)
    return `${lower} carries an ipvlan, or belongs to a bridge, bond or the like, already; ${ONE_HANDLER}`;
  const [prefix, article] = wanted === 'macvlan' ? ['ipv', 'an'] : ['macv', 'a'];
  const other = [...lower.children].find(({ deleted, kind }) => !deleted && kind.startsWith(prefix));
  if (other) {
    return (
      `${lower} has ${other}, ${article} ${other.kind}: macvlan and ipvlan exclude one another on one parent, since ` +
      ONE_HANDLER
    );
  }
  if (wanted === 'ipvlan' && lower.kind.startsWith('macv'))
    return `${lower} is a ${lower.kind} itself, which hands its frames to a character device`;
  return `${lower} is a bridge port already; ${ONE_HANDLER}`;
}
