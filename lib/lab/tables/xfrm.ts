import { xfrmDefaults } from '../../state/objects/xfrm-defaults.ts';
import { type XfrmPolicyEntry, xfrmPolicy } from '../../state/objects/xfrm-policy.ts';
import { type XfrmStateEntry, xfrmState } from '../../state/objects/xfrm-state.ts';
import type { Namespace } from '../namespace.ts';
import { ObjectTable } from './object-table.ts';
import { SettingTable } from './setting-table.ts';
import type {
  XfrmDefaultsOptions,
  XfrmPolicyKey,
  XfrmPolicyOptions,
  XfrmStateKey,
  XfrmStateOptions,
} from './xfrm-options.ts';

/**
 * What a namespace has of IPsec, as `ip xfrm` has it (`CONFIG_XFRM_USER`).
 *
 * @example a.xfrm.policy.add({ dir: 'out', dst: '10.0.0.2', tmpl: { proto: 'esp', reqid: 1 } })
 */
export class Xfrm {
  /** How packets are protected. */
  readonly state: ObjectTable<XfrmStateOptions, XfrmStateKey, XfrmStateEntry>;
  /** Which packets must be protected, or are blocked. */
  readonly policy: ObjectTable<XfrmPolicyOptions, XfrmPolicyKey, XfrmPolicyEntry>;
  /** What becomes of packets that no policy is for, as `ip xfrm policy setdefault` has it (Linux 5.15). */
  readonly defaults: SettingTable<XfrmDefaultsOptions>;

  constructor(namespace: Namespace) {
    this.state = new ObjectTable(namespace, xfrmState);
    this.policy = new ObjectTable(namespace, xfrmPolicy);
    this.defaults = new SettingTable(namespace, xfrmDefaults);
  }
}
