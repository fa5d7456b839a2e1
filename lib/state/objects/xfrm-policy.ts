import { UsageError } from '../../base/validate.ts';
import { ip, u32 } from '../../netlink/codec/scalars.ts';
import { among, from, listOf } from '../../netlink/codec/value-rule.ts';
import { XFRM_MODES, XFRM_PROTOCOLS } from '../../netlink/xfrm/xfrm.ts';
import { ipXfrmPolicy, XFRM_POLICY_FLAGS, type XfrmPolicy, type XfrmTemplate } from '../../netlink/xfrm/xfrm-policy.ts';
import type { Family } from '../../wire/ip-address.ts';
import { inner } from '../entries/fields.ts';
import type { ObjectKind } from './object-kind.ts';
import {
  oneFamily,
  type XfrmLimitEntry,
  type XfrmSelectorEntry,
  xfrmLimit,
  xfrmMark,
  xfrmSelector,
} from './xfrm-selector.ts';

/** A policy of IPsec, as `ip xfrm policy` has it. */
export interface XfrmPolicyEntry
  extends XfrmSelectorEntry,
    Pick<XfrmPolicy, 'dir' | 'action' | 'priority' | 'ifId' | 'flag'> {
  mark: string | undefined;
  limit: Partial<XfrmLimitEntry> | undefined;
  tmpl: readonly XfrmTemplateEntry[];
}

/** What a packet must be protected by. Undefined matches all states. */
export type XfrmTemplateEntry = Omit<XfrmTemplate, 'family'>;

/** `XFRM_MAX_DEPTH` */
const MOST_TEMPLATES = 6;

const templateFields = {
  ...{ src: ip, dst: ip, proto: among(...Object.keys(XFRM_PROTOCOLS)), spi: u32 },
  ...{ mode: among(...Object.keys(XFRM_MODES)), reqid: u32, level: among('required', 'use') },
};

export const xfrmPolicy: ObjectKind<XfrmPolicy, XfrmPolicyEntry> = {
  ...{
    key: 'xfrmPolicies',
    table: 'xfrm.policy',
    command: 'ip xfrm policy',
    needs: 'CONFIG_XFRM_USER',
    noun: 'policy of IPsec',
    title: 'Policies of IPsec',
  },
  fields: {
    ...{ dir: among('in', 'out', 'fwd'), ...xfrmSelector.fields, mark: xfrmMark.field, ifId: from(1, 2 ** 32 - 1) },
    ...{ action: among('allow', 'block'), priority: u32 },
    ...{ flag: listOf(among(...Object.keys(XFRM_POLICY_FLAGS))), limit: xfrmLimit.field },
    tmpl: { ...inner(templateFields), rule: `a list of objects with ${Object.keys(templateFields).join(', ')}` },
  },
  identity: ['dir', ...Object.keys(xfrmSelector.fields), 'mark', 'ifId'],
  // The newest stands first (xfrm_policy_insert).
  list: ({ xfrm }) => xfrm?.list(ipXfrmPolicy.all()).toReversed() ?? [],
  add: (state) =>
    ipXfrmPolicy.add(state, {
      EEXIST: 'there is a policy of this dir for these packets already',
    }),
  delete: (state) => ipXfrmPolicy.delete(state, { ENOENT: 'there is no such policy' }),
  parse: (call, { dir, action, priority = 0, mark, ifId, flag = [], limit, tmpl, ...selector }, isNew) => {
    if (dir === undefined) throw new UsageError(`${call}: dir must be given: one of in, out, fwd`);
    const all = [tmpl ?? []].flat();
    if (action === 'block' && all.length > 0)
      throw new UsageError(`${call}: a policy that blocks protects no packets: leave out tmpl, or action`);
    if (isNew && all.length > MOST_TEMPLATES)
      throw new UsageError(`${call}: tmpl takes at most ${MOST_TEMPLATES} templates: received ${all.length}`);
    const sel = xfrmSelector.parse(call, selector, 4);
    return {
      ...{ sel, dir, action: action ?? 'allow', priority, mark: xfrmMark.parse(mark), ifId, flag },
      ...{ limit: xfrmLimit.parse(limit), unknown: [] },
      tmpl: all.map((each, at) => parseTemplate(`${call}: tmpl[${at}]`, each, sel.family)),
    };
  },
  entry: ({ sel, unknown: _, mark, limit, tmpl, ...same }, names) => ({
    ...{ ...xfrmSelector.entry(sel, names), ...same, mark: xfrmMark.entry(mark), limit: xfrmLimit.entry(limit) },
    tmpl: tmpl.map(({ family, src, dst, ...each }) => {
      // It may be the only word of a family that is not the policy's.
      const any = family === sel.family ? undefined : family === 4 ? '0.0.0.0' : '::';
      return { src: src ?? any, dst: dst ?? any, ...each };
    }),
  }),
  whyNot: ({ unknown }) => (unknown.length > 0 ? unknown.join(', ') : undefined),
};

function parseTemplate(call: string, given: Partial<XfrmTemplateEntry>, otherwise: Family): XfrmTemplate {
  const { src, dst, proto, spi, mode = 'transport', reqid, level = 'required' } = given;
  if (proto === undefined)
    throw new UsageError(`${call}: proto must be given: one of ${Object.keys(XFRM_PROTOCOLS).join(', ')}`);
  const family = oneFamily(call, { src, dst }) ?? otherwise;
  if (mode === 'transport' && family !== otherwise)
    throw new UsageError(`${call}: a template of mode transport must be of the policy's version of IP, ${otherwise}`);
  return { family, src, dst, proto, spi, mode, reqid, level };
}
