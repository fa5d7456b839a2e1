import { NETLINK_XFRM } from '../../kernel/constants.ts';
import type { Family as IpFamily } from '../../wire/ip-address.ts';
import { body } from '../codec/body.ts';
import { be16, be32, bytes, pad, u8, u16, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import type { Names } from '../names.ts';
import {
  addressBytes,
  addressIn,
  flagBits,
  flagsIn,
  idWords,
  markWords,
  nothing,
  said,
  wordOf,
  XFRM_KERNELS_OWN,
  XFRM_MODES,
  XFRM_PROTOCOLS,
  type XfrmLimits,
  type XfrmMark,
  type XfrmSelector,
  xfrmAddress,
  xfrmFamily,
  xfrmId,
  xfrmLimits,
  xfrmMark,
  xfrmSelector,
} from './xfrm.ts';
import { aeadAlgorithm, algorithm, algorithmWords, authAlgorithm, type XfrmAlgorithm } from './xfrm-algorithm.ts';

/** A security association (RFC 4301), as `ip xfrm state` has it. */
export interface XfrmState {
  family: IpFamily;
  src: string | undefined;
  dst: string | undefined;
  proto: keyof typeof PROTOCOLS;
  spi: number;
  mode: keyof typeof XFRM_MODES;
  reqid: number | undefined;
  mark: XfrmMark | undefined;
  ifId: number | undefined;
  replayWindow: number;
  flag: readonly XfrmStateFlag[];
  extraFlag: readonly XfrmExtraFlag[];
  outputMark: XfrmMark | undefined;
  tfcpad: number | undefined;
  auth: XfrmAlgorithm | undefined;
  enc: XfrmAlgorithm | undefined;
  aead: XfrmAlgorithm | undefined;
  comp: XfrmAlgorithm | undefined;
  encap: XfrmEncap | undefined;
  sel: XfrmSelector | undefined;
  limit: XfrmLimits;
  /** What hairpin has no words for. */
  unknown: readonly string[];
}

/** The header that ESP has before it. */
export interface XfrmEncap {
  type: keyof typeof XFRM_ENCAPS;
  sport: number;
  dport: number;
  /** The address that the packet had before it was translated. */
  addr: string | undefined;
}

/** `XFRM_STATE_*` */
export const XFRM_STATE_FLAGS = {
  ...{ noecn: 1, 'decap-dscp': 2, nopmtudisc: 4, wildrecv: 8, icmp: 16, 'af-unspec': 32, align4: 64, esn: 128 },
} as const;
export type XfrmStateFlag = keyof typeof XFRM_STATE_FLAGS;

/** `XFRM_SA_XFLAG_*` */
export const XFRM_EXTRA_FLAGS = { 'dont-encap-dscp': 1, 'oseq-may-wrap': 2 } as const;
export type XfrmExtraFlag = keyof typeof XFRM_EXTRA_FLAGS;

/** `UDP_ENCAP_ESPINUDP_NON_IKE`, `UDP_ENCAP_ESPINUDP`, `TCP_ENCAP_ESPINTCP` */
export const XFRM_ENCAPS = { 'espinudp-nonike': 1, espinudp: 2, espintcp: 7 } as const;

const PROTOCOLS = { ...XFRM_PROTOCOLS, ...XFRM_KERNELS_OWN };

/** The widest window without `esn` (`struct xfrm_replay_state`). */
const BITMAP = 32;

const info = struct('xfrm_usersa_info', {
  ...{ sel: xfrmSelector.type, id: flat(xfrmId), src: xfrmAddress, limit: xfrmLimits.type },
  ...{ current: pad(32), stats: pad(12), seq: u32, reqid: u32, family: xfrmFamily, mode: u8, replayWindow: u8 },
  ...{ flags: u8, padding: pad(7) },
});

const attributes = table({
  authName: attribute('XFRMA_ALG_AUTH', 1, algorithm),
  enc: attribute('XFRMA_ALG_CRYPT', 2, algorithm),
  comp: attribute('XFRMA_ALG_COMP', 3, algorithm),
  encap: attribute(
    'XFRMA_ENCAP',
    4,
    struct('xfrm_encap_tmpl', { type: u16, sport: be16, dport: be16, padding: pad(2), addr: xfrmAddress }),
  ),
  replay: attribute('XFRMA_REPLAY_VAL', 10, struct('xfrm_replay_state', { oseq: u32, seq: u32, bitmap: u32 })),
  lastUsed: attribute('XFRMA_LASTUSED', 15, u64),
  aead: attribute('XFRMA_ALG_AEAD', 18, aeadAlgorithm),
  auth: attribute('XFRMA_ALG_AUTH_TRUNC', 20, authAlgorithm),
  mark: attribute('XFRMA_MARK', 21, xfrmMark),
  tfcpad: attribute('XFRMA_TFCPAD', 22, u32),
  esn: attribute(
    'XFRMA_REPLAY_ESN_VAL',
    23,
    struct('xfrm_replay_state_esn', {
      ...{ words: u32, oseq: u32, seq: u32, oseqHigh: u32, seqHigh: u32, window: u32 },
    }),
  ),
  extraFlags: attribute('XFRMA_SA_EXTRA_FLAGS', 24, u32, { ifAbsent: 0 }),
  padding: attribute('XFRMA_PAD', 27, bytes),
  outputMark: attribute('XFRMA_SET_MARK', 29, u32),
  outputMask: attribute('XFRMA_SET_MARK_MASK', 30, u32),
  ifId: attribute('XFRMA_IF_ID', 31, u32),
  unknown: others(),
});

const whole = { ...body(info, attributes), words: () => [] };
const id = body(
  struct('xfrm_usersa_id', { dst: xfrmAddress, spi: be32, family: xfrmFamily, proto: u8, padding: pad(1) }),
  table({ mark: attribute('XFRMA_MARK', 21, xfrmMark, { word: false }) }),
);

export const ipXfrmState = new Family({
  command: ['ip', 'xfrm state'],
  messages: ['SA', 0x10],
  protocol: NETLINK_XFRM,
  body: whole,
  bodies: { delete: id, list: nothing },
  complete: (state: XfrmState, verb) => (verb === 'list' ? {} : written(state)),
  state: (read): XfrmState => stateOf(read),
  words: (state, names, _, verb) => [
    ...idWords(state),
    ...markWords('mark', state.mark),
    ...(verb === 'add' ? settingWords(state, names) : []),
  ],
});

type Read = ReturnType<typeof whole.read>;

function stateOf(read: Read): XfrmState {
  const { family = 4, sel, mode, proto, spi, tfcpad, ifId, outputMark, outputMask, esn, encap, extraFlags } = read;
  const [modeWord, protoWord] = [wordOf(XFRM_MODES, mode), wordOf(PROTOCOLS, proto)];
  const [flags, extra] = [flagsIn(XFRM_STATE_FLAGS, read.flags), flagsIn(XFRM_EXTRA_FLAGS, extraFlags)];
  const encapType = encap && wordOf(XFRM_ENCAPS, encap.type);
  const selector = xfrmSelector.read(sel, family);
  const { family: inner, ...rest } = selector;
  const isForAll = inner === family && Object.values(rest).every((each) => each === undefined);
  const { auth = read.authName, enc, aead, comp } = read;
  return {
    ...{ family, src: addressIn(read.src, family), dst: addressIn(read.dst, family) },
    ...{ proto: protoWord ?? 'esp', spi, mode: modeWord ?? 'transport', reqid: read.reqid || undefined },
    ...{ mark: read.mark, ifId, replayWindow: esn?.window ?? read.replayWindow },
    ...{ flag: flags.flags, extraFlag: extra.flags, tfcpad },
    outputMark: outputMark === undefined ? undefined : { fwmark: outputMark, fwmask: outputMask ?? 2 ** 32 - 1 },
    ...{ auth, enc, aead, comp: comp && { ...comp, key: '' } },
    encap: encap && encapType && { ...encap, type: encapType, addr: addressIn(encap.addr, family) },
    ...{ sel: isForAll ? undefined : selector, limit: xfrmLimits.read(read.limit) },
    unknown: [
      ...(modeWord ? [] : [`mode ${mode}`]),
      ...(protoWord ? [] : [`protocol ${proto}`]),
      ...(encap && !encapType ? [`encapsulation ${encap.type}`] : []),
      ...(flags.unnamed | extra.unnamed ? ['flags'] : []),
      ...xfrmSelector.odd(sel),
      ...xfrmLimits.odd(read.limit),
      ...(read.unknown.length > 0 ? [`attributes ${read.unknown}`] : []),
    ],
  };
}

/** Of an outgoing packet that waits for a program that negotiates (`xfrm_state_find`), or a part of another state. */
export function isKernelsOwn({ proto, spi, ...state }: XfrmState): boolean {
  return proto in XFRM_KERNELS_OWN || (spi === 0 && !hasAlgorithm(state));
}

/** A state has none as long as a program negotiates. */
export function hasAlgorithm({ auth, enc, aead, comp }: Pick<XfrmState, 'auth' | 'enc' | 'aead' | 'comp'>): boolean {
  return [auth, enc, aead, comp].some((each) => each !== undefined);
}

function written({ family, mark, ifId, tfcpad, auth, enc, aead, comp, encap, outputMark, ...state }: XfrmState) {
  const isWide = state.flag?.includes('esn') || state.replayWindow > BITMAP;
  return {
    ...{ family, src: addressBytes(state.src, family), dst: addressBytes(state.dst, family) },
    ...{ proto: PROTOCOLS[state.proto], spi: state.spi, mode: XFRM_MODES[state.mode], reqid: state.reqid },
    ...{ mark, ifId, tfcpad, enc, aead, comp, limit: xfrmLimits.written(state.limit) },
    ...(auth?.length === undefined ? { authName: auth } : { auth }),
    ...{ flags: flagBits(XFRM_STATE_FLAGS, state.flag) },
    extraFlags: flagBits(XFRM_EXTRA_FLAGS, state.extraFlag) || undefined,
    ...(isWide
      ? { esn: { window: state.replayWindow, words: Math.ceil(state.replayWindow / BITMAP) } }
      : { replayWindow: state.replayWindow }),
    ...(outputMark && { outputMark: outputMark.fwmark, outputMask: outputMark.fwmask }),
    encap: encap && { ...encap, type: XFRM_ENCAPS[encap.type], addr: addressBytes(encap.addr, family) },
    ...(state.sel && { sel: xfrmSelector.written(state.sel) }),
  };
}

function settingWords(state: XfrmState, names: Names): string[] {
  const { auth, enc, aead, comp, encap, sel } = state;
  return [
    ...['mode', state.mode, ...said('reqid', state.reqid)],
    ...said('replay-window', state.replayWindow || undefined),
    ...(state.flag.length > 0 ? ['flag', ...state.flag] : []),
    ...(state.extraFlag.length > 0 ? ['extra-flag', ...state.extraFlag] : []),
    ...[...said('if_id', state.ifId), ...said('tfcpad', state.tfcpad), ...markWords('output-mark', state.outputMark)],
    ...(auth?.length === undefined ? algorithmWords('auth', auth) : algorithmWords('auth-trunc', auth)),
    ...[...algorithmWords('enc', enc), ...algorithmWords('aead', aead)],
    ...(comp ? ['comp', comp.name] : []),
    ...(encap ? ['encap', encap.type, String(encap.sport), String(encap.dport), encap.addr ?? '0.0.0.0'] : []),
    ...xfrmLimits.words(state.limit),
    // What is behind its words must be none that a selector has (xfrm_selector_parse).
    ...(sel ? ['sel', ...xfrmSelector.words(sel, names)] : []),
  ];
}
