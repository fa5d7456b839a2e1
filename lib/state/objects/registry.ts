import { addrlabel } from './addrlabel.ts';
import { fou } from './fou.ts';
import { mptcpEndpoint, mptcpLimits } from './mptcp.ts';
import type { ObjectKind } from './object-kind.ts';
import { vni } from './vni.ts';
import { xfrmDefaults } from './xfrm-defaults.ts';
import { xfrmPolicy } from './xfrm-policy.ts';
import { xfrmState } from './xfrm-state.ts';

/** All kinds of such objects, in the order in which a script makes them. */
export const OBJECT_KINDS: readonly ObjectKind[] = [
  ...[addrlabel, fou, mptcpLimits, mptcpEndpoint, vni],
  ...[xfrmState, xfrmPolicy, xfrmDefaults],
];
