import { oneOf } from '../codec/one-of.ts';
import { u8 } from '../codec/scalars.ts';

export const PORT_STATES = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const;

/** Of a port of a bridge, or of one VLAN there (`br_set_port_state`, `br_vlan_modify_state`). */
export type PortState = keyof typeof PORT_STATES;

export const portState = oneOf(u8, 'BR_STATE_', PORT_STATES);
