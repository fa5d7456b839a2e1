import { unlessCode } from '../../base/has-code.ts';
import { among } from '../../netlink/codec/value-rule.ts';
import { ipXfrmDefaults, type XfrmDefaults } from '../../netlink/xfrm/xfrm-defaults.ts';
import type { ObjectKind } from './object-kind.ts';

const ACTION = among('accept', 'block');

export const xfrmDefaults: ObjectKind<XfrmDefaults, XfrmDefaults> = {
  ...{
    key: 'xfrmDefaults',
    table: 'xfrm.defaults',
    command: 'ip xfrm policy setdefault',
    needs: 'CONFIG_XFRM_USER',
    noun: 'default of IPsec',
    title: 'What IPsec does with packets that no policy is for',
  },
  fields: { in: ACTION, fwd: ACTION, out: ACTION },
  identity: [],
  isSetting: true,
  // Kernels before 5.15 have none.
  list: ({ xfrm }) => (xfrm ? unlessCode(['EINVAL'], () => [xfrm.get(ipXfrmDefaults.show())], []) : []),
  add: (state) => ipXfrmDefaults.set(state),
  parse: (_, { in: incoming = 'accept', fwd = 'accept', out = 'accept' }) => ({ in: incoming, fwd, out }),
  entry: (state) => state,
};
