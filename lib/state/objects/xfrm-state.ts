import { show, UsageError } from '../../base/validate.ts';
import { ip, u32 } from '../../netlink/codec/scalars.ts';
import { among, from, listOf } from '../../netlink/codec/value-rule.ts';
import { XFRM_MODES, XFRM_PROTOCOLS } from '../../netlink/xfrm/xfrm.ts';
import type { XfrmAlgorithm } from '../../netlink/xfrm/xfrm-algorithm.ts';
import { substituteFor } from '../../netlink/xfrm/xfrm-keys.ts';
import {
  hasAlgorithm,
  ipXfrmState,
  isKernelsOwn,
  XFRM_ENCAPS,
  XFRM_EXTRA_FLAGS,
  XFRM_STATE_FLAGS,
  type XfrmEncap,
  type XfrmState,
} from '../../netlink/xfrm/xfrm-state.ts';
import { type Field, one } from '../entries/fields.ts';
import type { ObjectKind } from './object-kind.ts';
import {
  oneFamily,
  type XfrmLimitEntry,
  type XfrmSelectorEntry,
  xfrmLimit,
  xfrmMark,
  xfrmSelector,
} from './xfrm-selector.ts';

/** A state of IPsec, as `ip xfrm state` has it. */
export interface XfrmStateEntry
  extends Pick<
    XfrmState,
    'src' | 'dst' | 'proto' | 'spi' | 'mode' | 'reqid' | 'ifId' | 'tfcpad' | 'flag' | 'extraFlag' | 'replayWindow'
  > {
  mark: string | undefined;
  outputMark: string | undefined;
  auth: { name: string; key: string; truncLen?: number | undefined } | undefined;
  enc: { name: string; key: string } | undefined;
  aead: { name: string; key: string; icvLen?: number | undefined } | undefined;
  comp: { name: string } | undefined;
  encap: (Omit<XfrmEncap, 'addr'> & { addr?: string | undefined }) | undefined;
  sel: Partial<XfrmSelectorEntry> | undefined;
  limit: Partial<XfrmLimitEntry> | undefined;
}

/** `XFRMA_REPLAY_ESN_MAX` */
const WIDEST_WINDOW = 4096;

const algorithmName: Field = {
  rule: "an algorithm as the kernel calls it, such as 'cbc(aes)'",
  schema: { type: 'string' },
  accept: (value) => (typeof value === 'string' && /^[\w(),-]{1,63}$/.test(value) ? value : undefined),
};

const key: Field = {
  rule: "hexadecimal digits such as '0x0123', two a byte, or '' for no key",
  schema: { type: 'string', pattern: '^(0x([0-9a-fA-F]{2})+)?$' },
  accept: (value) =>
    typeof value === 'string' && /^(0x([\da-f]{2})+)?$/i.test(value) ? value.toLowerCase() : undefined,
};

const named = { name: algorithmName, key };
const LENGTH = from(1, 1024);
const PORT = from(0, 65535);

export const xfrmState: ObjectKind<XfrmState, XfrmStateEntry> = {
  ...{
    key: 'xfrmStates',
    table: 'xfrm.state',
    command: 'ip xfrm state',
    needs: 'CONFIG_XFRM_USER',
    noun: 'state of IPsec',
    title: 'States of IPsec, with other keys of the same length',
  },
  fields: {
    ...{ src: ip, dst: ip, proto: among(...Object.keys(XFRM_PROTOCOLS)), spi: u32 },
    ...{ mode: among(...Object.keys(XFRM_MODES)), reqid: u32, mark: xfrmMark.field, ifId: from(1, 2 ** 32 - 1) },
    ...{ auth: one({ ...named, truncLen: from(0, 1024) }), enc: one(named), aead: one({ ...named, icvLen: LENGTH }) },
    comp: one({ name: algorithmName }),
    encap: one({ type: among(...Object.keys(XFRM_ENCAPS)), sport: PORT, dport: PORT, addr: ip }),
    replayWindow: from(0, WIDEST_WINDOW),
    flag: listOf(among(...Object.keys(XFRM_STATE_FLAGS))),
    extraFlag: listOf(among(...Object.keys(XFRM_EXTRA_FLAGS))),
    ...{ outputMark: xfrmMark.field, tfcpad: from(1, 65535), sel: one(xfrmSelector.fields), limit: xfrmLimit.field },
  },
  identity: ['dst', 'proto', 'spi', 'mark'],
  // The newest stands first (__xfrm_state_insert).
  list: ({ xfrm }) => xfrm?.list(ipXfrmState.all()).toReversed() ?? [],
  add: (state) =>
    ipXfrmState.add(state, {
      EEXIST: 'there is a state of this dst, proto and spi already',
      ENOSYS: 'the kernel lacks one of the algorithms: see /proc/crypto, and the names in net/xfrm/xfrm_algo.c',
      EPROTONOSUPPORT: `the kernel lacks ${state.proto}: it needs ${NEEDED_BY[state.proto]}`,
      EINVAL: 'a key has a length that its algorithm does not take',
    }),
  delete: (state) => ipXfrmState.delete(state, { ESRCH: 'there is no such state' }),
  parse: (call, given, isNew) => {
    const { dst, proto, spi, sel } = given;
    if (dst === undefined) throw new UsageError(`${call}: dst must be given: ${ip.rule}`);
    if (proto === undefined)
      throw new UsageError(`${call}: proto must be given: one of ${Object.keys(XFRM_PROTOCOLS).join(', ')}`);
    if (spi === undefined) throw new UsageError(`${call}: spi must be given: ${u32.rule}`);
    const family = oneFamily(call, { src: given.src, dst }) ?? 4;
    if (isNew) checkTogether(call, given);
    return {
      ...{ family, src: given.src, dst, proto, spi, mode: given.mode ?? 'transport', reqid: given.reqid },
      ...{ mark: xfrmMark.parse(given.mark), ifId: given.ifId, outputMark: xfrmMark.parse(given.outputMark) },
      ...{ replayWindow: given.replayWindow ?? 0, flag: given.flag ?? [], extraFlag: given.extraFlag ?? [] },
      ...{
        tfcpad: given.tfcpad,
        limit: xfrmLimit.parse(given.limit),
        encap: given.encap && parseEncap(call, given.encap),
      },
      ...{ auth: algorithm(call, 'auth', given.auth, given.auth?.truncLen) },
      ...{ enc: algorithm(call, 'enc', given.enc), aead: algorithm(call, 'aead', given.aead, given.aead?.icvLen) },
      comp: algorithm(call, 'comp', given.comp && { ...given.comp, key: '' }),
      ...{ sel: sel && xfrmSelector.parse(`${call}: sel`, sel, family), unknown: [] },
    };
  },
  entry: (state, names) => {
    const { family: _, unknown: __, mark, outputMark, auth, enc, aead, comp, sel, limit, ...same } = state;
    return {
      ...{ ...same, mark: xfrmMark.entry(mark), outputMark: xfrmMark.entry(outputMark) },
      auth: auth && { name: auth.name, key: auth.key, truncLen: auth.length },
      enc: enc && { name: enc.name, key: enc.key },
      aead: aead && { name: aead.name, key: aead.key, icvLen: aead.length },
      comp: comp && { name: comp.name },
      ...{ sel: sel && xfrmSelector.entry(sel, names), limit: xfrmLimit.entry(limit) },
    };
  },
  // The kernel makes them as packets come, and with other states.
  remade: (state) => (isKernelsOwn(state) ? undefined : state),
  whyNot: (state) => {
    const why = [...state.unknown, ...(hasAlgorithm(state) ? [] : ['a program has yet to give it algorithms'])];
    return why.length === 0 || isKernelsOwn(state) ? undefined : why.join(', ');
  },
  withoutSecrets: ({ auth, enc, aead, ...state }) => ({
    ...{ ...state, auth: withoutKey(auth), enc: withoutKey(enc), aead: withoutKey(aead) },
  }),
};

const NEEDED_BY: Readonly<Record<string, string>> = {
  esp: 'CONFIG_INET_ESP, or CONFIG_INET6_ESP',
  ah: 'CONFIG_INET_AH, or CONFIG_INET6_AH',
  comp: 'CONFIG_INET_IPCOMP, or CONFIG_INET6_IPCOMP',
};

type Options = Parameters<typeof xfrmState.parse>[1];

/** What each protocol takes (`verify_newsa_info`). */
function checkTogether(
  call: string,
  { proto, spi = 0, mode, auth, enc, aead, comp, encap, tfcpad, flag = [], replayWindow = 0 }: Options,
): void {
  const given = Object.entries({ auth, enc, aead, comp, encap, tfcpad }).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  );
  const taken = TAKEN[proto ?? 'esp'] ?? [];
  const wrong = given.find((name) => !taken.includes(name));
  if (wrong) throw new UsageError(`${call}: proto ${proto} takes ${taken.join(', ')}, and no ${wrong}`);
  if (proto === 'esp' && aead && (auth || enc))
    throw new UsageError(`${call}: aead encrypts and signs: leave out auth and enc`);
  // ESP signs nothing that it does not encrypt, were it by ecb(cipher_null) (esp_init_state).
  if (proto === 'esp' ? !aead && !enc : !auth && !comp)
    throw new UsageError(`${call}: proto ${proto} needs ${proto === 'esp' ? 'aead or enc' : taken[0]}`);
  if (proto === 'comp' && spi > 0xffff)
    throw new UsageError(`${call}: spi of comp must be from 0 to 65535: received ${show(spi)}`);
  if (tfcpad !== undefined && mode !== 'tunnel')
    throw new UsageError(`${call}: tfcpad belongs to mode: 'tunnel': received mode ${show(mode ?? 'transport')}`);
  if (flag.includes('esn') && (replayWindow === 0 || proto === 'comp'))
    throw new UsageError(`${call}: the flag esn needs replayWindow, from 1 to ${WIDEST_WINDOW}, and esp or ah`);
}

const TAKEN: Readonly<Record<string, readonly string[]>> = {
  esp: ['auth', 'enc', 'aead', 'encap', 'tfcpad'],
  ah: ['auth'],
  comp: ['comp', 'encap'],
};

function algorithm(
  call: string,
  option: string,
  given: { name?: string; key?: string } | undefined,
  length?: number,
): XfrmAlgorithm | undefined {
  if (given === undefined) return undefined;
  const { name, key: own } = given;
  if (name === undefined) throw new UsageError(`${call}: ${option}.name must be given: ${algorithmName.rule}`);
  if (own === undefined) throw new UsageError(`${call}: ${option}.key must be given: ${key.rule}`);
  if (option === 'aead' && length === undefined)
    throw new UsageError(`${call}: aead.icvLen must be given, in bits: 64, 96 or 128`);
  return { name, key: own, length };
}

function parseEncap(call: string, { type, sport, dport, addr }: Partial<XfrmEncap>): XfrmEncap {
  if (type === undefined || sport === undefined || dport === undefined)
    throw new UsageError(`${call}: encap must have type, sport and dport`);
  return { type, sport, dport, addr };
}

function withoutKey(algorithm: XfrmAlgorithm | undefined): XfrmAlgorithm | undefined {
  return algorithm && { ...algorithm, key: substituteFor(algorithm.key) };
}
