import type { macsec } from '../links/macsec.ts';
import type { MacsecTag } from '../wire/macsec-tag.ts';
import type { Cause, DeviceName } from './cause.ts';

/** A secure association, with the next packet number. */
interface Association {
  number: number;
  active: boolean;
  next: bigint;
}

/** A MACsec device with its settings, the associations that it sends by, and its receive channels. */
export interface MacsecEnd {
  name: DeviceName;
  settings: Partial<ReturnType<typeof macsec.of>>;
  state: {
    sending: readonly Association[];
    channels: readonly {
      sci: string;
      associations: readonly Association[];
      stats?: { notValid: bigint } | undefined;
    }[];
  };
}

/** Why a device sends nothing: it has no key to send with (`macsec_txsa_get`, `macsec_encrypt`). */
export function withoutKey({ name, settings, state }: MacsecEnd): Cause | undefined {
  const { encodingsa: association = 0, protect = true } = settings;
  const own = state.sending.find(({ number }) => number === association);
  if (!protect || own?.active) return undefined;
  return { code: 'macsec.no-key', facts: { device: name, association, ...(own ? { inactive: true } : {}) } };
}

/** Why a device does not take a frame with a tag (`macsec_handle_frame`). Undefined where it does, and where the state does not say it. */
export function whyRefused(sender: MacsecEnd, receiver: MacsecEnd, tag: MacsecTag): Cause | undefined {
  const { sci, association, number, isChanged } = tag;
  const { settings, state } = receiver;
  const names = { device: receiver.name, sender: sender.name };
  const isStrict = (settings.validate ?? 'strict') === 'strict';
  const isDropped = isChanged || isStrict;
  const channel = state.channels.find((each) => each.sci === sci);
  if (!channel) return isDropped ? { code: 'macsec.no-channel', facts: { ...names, sci } } : undefined;
  for (const option of ['cipher', 'icvlen'] as const) {
    const [has, needs] = [settings[option], sender.settings[option]];
    if (isDropped && has !== undefined && needs !== undefined && has !== needs)
      return { code: 'macsec.mismatch', facts: { ...names, option, has, needs } };
  }
  const own = channel.associations.find((each) => each.number === association);
  if (!own?.active) {
    const facts = { ...names, sci, association, ...(own ? { inactive: true as const } : {}) };
    return isDropped ? { code: 'macsec.no-association', facts } : undefined;
  }
  const { replay = false, window = 0 } = settings;
  const lowest = Number(own.next) - window;
  // With an XPN cipher the tag has half of the number only.
  const isWhole = !settings.cipher?.includes('xpn');
  if (replay && isWhole && number < lowest) return { code: 'macsec.replay', facts: { ...names, number, lowest } };
  // Nobody is told the keys. But a frame that fits moves the next number past its own (macsec_post_decrypt), and others are counted.
  const isOld = Number(BigInt.asUintN(32, own.next)) > number;
  const isCounted = (channel.stats?.notValid ?? 0n) > 0n;
  return isDropped && isCounted && !isOld ? { code: 'macsec.other-key', facts: names } : undefined;
}
