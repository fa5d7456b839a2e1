import type { XfrmEncap, XfrmExtraFlag, XfrmStateFlag } from '../../netlink/xfrm/xfrm-state.ts';
import type { Family } from '../../wire/ip-address.ts';
import type { Interface } from '../interface.ts';

/** Which packets a state or a policy is for. What is left out matches all packets. */
export interface XfrmSelectorOptions {
  /** The version of IP, without `src` and `dst`. @default of a policy 4, of a state that of its addresses */
  family?: Family;
  /** An address, or a network such as `10.1.0.0/16`. */
  src?: string;
  dst?: string;
  /** The protocol above IP, by its name or number: `tcp`, `ipv6-icmp`, 47. */
  proto?: string | number;
  /** The ports, of tcp, udp, sctp or dccp. */
  sport?: number;
  dport?: number;
  /** The type and code, of icmp or ipv6-icmp. */
  type?: number;
  code?: number;
  /** The key, of gre. */
  key?: number;
  /** The interface that the packets leave by (`xfrm_selector_match`). */
  dev?: Interface | string;
}

/** An algorithm of a state, as the kernel calls it, such as `cbc(aes)` (`/proc/crypto`). */
export interface XfrmAlgorithmOptions {
  name: string;
  /** Hexadecimal digits such as `0x0123`, two a byte; '' for an algorithm without a key. Scripts and reports never have it. */
  key: string;
}

/** When a state or a policy ends: at a soft limit the kernel asks for a new one, at the hard limit it deletes this one. */
export interface XfrmLimitOptions {
  byteSoft?: number;
  byteHard?: number;
  packetSoft?: number;
  packetHard?: number;
  /** Seconds since it was added. */
  timeSoft?: number;
  timeHard?: number;
  /** Seconds since its first packet. */
  timeUseSoft?: number;
  timeUseHard?: number;
}

/** A new state of IPsec, in the words of `ip xfrm state` (camel-cased). */
export interface XfrmStateOptions {
  /** The end that sends. @default any */
  src?: string;
  /** The end that receives. */
  dst: string;
  /** Encrypt and sign (`esp`), sign (`ah`), or compress (`comp`). */
  proto: 'esp' | 'ah' | 'comp';
  /** The number that tells it from the other states of `dst`. Of `comp` from 0 to 65535. */
  spi: number;
  /** @default 'transport' */
  mode?: 'transport' | 'tunnel' | 'beet';
  /** The number by which templates of policies choose it. @default 0 */
  reqid?: number;
  /** It is for packets of this mark alone: 1, `'0x1'`, or with the bits that count `'0x1/0xff'`. @default any */
  mark?: string | number;
  /** The id of an xfrm interface. @default none */
  ifId?: number;
  /** What signs. `truncLen` is the length of the check value, in bits. @default none; `truncLen`: the kernel's own */
  auth?: XfrmAlgorithmOptions & { truncLen?: number };
  /** What encrypts. @default none */
  enc?: XfrmAlgorithmOptions;
  /** What does both, such as `rfc4106(gcm(aes))`. `icvLen` is the length of the check value, in bits. @default none */
  aead?: XfrmAlgorithmOptions & { icvLen: number };
  /** What compresses: `{ name: 'deflate' }`. @default none */
  comp?: { name: string };
  /** ESP in UDP or TCP (RFC 3948, RFC 8229). @default none */
  encap?: Omit<XfrmEncap, 'addr'> & { addr?: string };
  /** How many sequence numbers may come out of order, to 4096. @default 0, which refuses none */
  replayWindow?: number;
  /** `esn` counts packets in 64 bits, and needs `replayWindow`. @default none */
  flag?: readonly XfrmStateFlag[];
  /** @default none */
  extraFlag?: readonly XfrmExtraFlag[];
  /** The mark that its packets get, or `'0x1/0xff'` for some bits of it. @default they keep theirs */
  outputMark?: string | number;
  /** ESP in mode tunnel: packets are padded to this many bytes. @default they are not */
  tfcpad?: number;
  /** The only packets that it is for. @default all */
  sel?: XfrmSelectorOptions;
  /** @default it never ends */
  limit?: XfrmLimitOptions;
}

/** What tells one state from the others. */
export type XfrmStateKey = Pick<XfrmStateOptions, 'dst' | 'proto' | 'spi' | 'mark'>;

/** A new policy of IPsec, in the words of `ip xfrm policy` (camel-cased). */
export interface XfrmPolicyOptions extends XfrmPolicyKey {
  /** What becomes of the packets. @default 'allow' */
  action?: 'allow' | 'block';
  /** The policy with the least counts. @default 0 */
  priority?: number;
  /** @default none */
  flag?: readonly ('localok' | 'icmp')[];
  /** @default it never ends */
  limit?: XfrmLimitOptions;
  /** How the packets must be protected, the innermost first; at most 6. @default not at all */
  tmpl?: XfrmTemplateOptions | readonly XfrmTemplateOptions[];
}

/** What tells one policy from the others. */
export interface XfrmPolicyKey extends XfrmSelectorOptions {
  /** Packets that come in for the namespace, leave it, or are forwarded. */
  dir: 'in' | 'out' | 'fwd';
  /** It is for packets of this mark alone: 1, `'0x1'`, or with the bits that count `'0x1/0xff'`. @default any */
  mark?: string | number;
  /** The id of an xfrm interface. @default none */
  ifId?: number;
}

/** One protection of a packet: by a state with such values. */
export interface XfrmTemplateOptions {
  /** The ends, of mode tunnel and beet. @default any */
  src?: string;
  dst?: string;
  proto: 'esp' | 'ah' | 'comp';
  /** @default any */
  spi?: number;
  /** @default 'transport' */
  mode?: 'transport' | 'tunnel' | 'beet';
  /** @default any */
  reqid?: number;
  /** Packets without this protection pass, too (`use`). @default 'required' */
  level?: 'required' | 'use';
}

/** What becomes of packets that no policy is for. */
export interface XfrmDefaultsOptions {
  in?: 'accept' | 'block';
  fwd?: 'accept' | 'block';
  out?: 'accept' | 'block';
}
