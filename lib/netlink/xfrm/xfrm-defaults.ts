import { NETLINK_XFRM } from '../../kernel/constants.ts';
import { oneOf } from '../codec/one-of.ts';
import { u8 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { type Request, requestOf } from '../request.ts';

/** What becomes of packets that no policy is for, as `ip xfrm policy getdefault` has it. */
export interface XfrmDefaults {
  in: 'accept' | 'block';
  fwd: 'accept' | 'block';
  out: 'accept' | 'block';
}

const XFRM_MSG_SETDEFAULT = 0x27;
const XFRM_MSG_GETDEFAULT = 0x28;

const action = oneOf(u8, 'XFRM_USERPOLICY_', { block: 1, accept: 2 });
/** `xfrm_userpolicy_default` */
export const xfrmDefaults = struct('xfrm_userpolicy_default', { in: action, fwd: action, out: action });

export const ipXfrmDefaults = {
  set: (defaults: XfrmDefaults): Request => ({
    ...requestOf(XFRM_MSG_SETDEFAULT, xfrmDefaults, defaults, { words: '' }),
    protocol: NETLINK_XFRM,
    words: ({ namespace }) =>
      [
        ...['ip', ...(namespace === undefined ? [] : ['-n', namespace]), 'xfrm', 'policy', 'setdefault'],
        ...['in', defaults.in, 'fwd', defaults.fwd, 'out', defaults.out],
      ].join(' '),
  }),
  show: (): Request<XfrmDefaults> =>
    requestOf(XFRM_MSG_GETDEFAULT, xfrmDefaults, {}, { words: 'ip xfrm policy getdefault' }) as Request<XfrmDefaults>,
};
