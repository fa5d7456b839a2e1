import { oneOf } from '../netlink/codec/one-of.ts';
import { be16, bool, digits, range, u8, u32, u64 } from '../netlink/codec/scalars.ts';
import { type Fixed, fixed } from '../netlink/codec/type.ts';
import { among } from '../netlink/codec/value-rule.ts';
import { describeLink } from './describe-link.ts';
import { macsecApart, macsecKeys } from './macsec-keys.ts';
import { liveFrom, setting } from './setting.ts';

/** IEEE 802.1AE-2018 table 14-1, and 802.1AEbw (linux/if_macsec.h). */
const CIPHERS = {
  'gcm-aes-128': 0x0080c20001000001n,
  'gcm-aes-256': 0x0080c20001000002n,
  'gcm-aes-xpn-128': 0x0080c20001000003n,
  'gcm-aes-xpn-256': 0x0080c20001000004n,
} as const;
type Cipher = keyof typeof CIPHERS;
const NAMES = Object.keys(CIPHERS) as Cipher[];
const VALIDATE = { disabled: 0, check: 1, strict: 2 } as const;
/** By this number the kernel tells a GCM-AES-128 (`macsec_fill_info`): `MACSEC_DEFAULT_CIPHER_ID`. */
const TOLD_128 = 0x0080020001000001n;

const cipher: Fixed<Cipher | undefined, Cipher> = fixed<Cipher | undefined, Cipher>(
  8,
  (bytes, at) => {
    const told = u64.readAt(bytes, at);
    return told === TOLD_128 ? 'gcm-aes-128' : NAMES.find((name) => CIPHERS[name] === told);
  },
  (bytes, at, name) => u64.writeAt(bytes, at, CIPHERS[name]),
  {
    ...among(...NAMES),
    words: (name) => [name ?? 'default'],
  },
);

/** A MAC address and a port (802.1AE-2018 clause 9.9). */
const sci = digits('0200000000650001');

/** Frames signed, or encrypted, to and from the device below (IEEE 802.1AE, drivers/net/macsec.c). `tx` and `rx` are its keys. */
export const macsec = describeLink('macsec', {
  option: 'MACSEC',
  lower: 'interface',
  encrypts: true,
  mac: 'lower',
  settings: {
    /** The lower half of its identifier (SCI), behind its MAC address, 1 to 65535. @default 1 */
    port: setting('IFLA_MACSEC_PORT', 2, range(be16, 1, 65535)),
    /** The whole identifier (SCI): a MAC address and a port. With it `port` is ignored. @default the MAC address, and `port` */
    sci: setting('IFLA_MACSEC_SCI', 1, sci),
    /** The hardware that does the work: the PHY or the MAC. Virtual devices have none. Linux 6.1 does not tell it. @default 'off' */
    offload: setting('IFLA_MACSEC_OFFLOAD', 15, oneOf(u8, 'MACSEC_OFFLOAD_', { off: 0, phy: 1, mac: 2 }), {
      kernelDefault: 'off',
    }),
    /** @default 'gcm-aes-128' */
    cipher: setting('IFLA_MACSEC_CIPHER_SUITE', 4, cipher, liveFrom('gcm-aes-128')),
    /** The bytes of the check value, 8 to 16. @default 16 */
    icvlen: setting('IFLA_MACSEC_ICV_LEN', 3, range(u8, 8, 16), { kernelDefault: 16 }),
    /** Encrypt, and not sign alone. @default false */
    encrypt: setting('IFLA_MACSEC_ENCRYPT', 7, bool(u8), { live: true }),
    /** Send the whole identifier in each frame. @default true */
    sendSci: setting('IFLA_MACSEC_INC_SCI', 9, bool(u8), liveFrom(true)),
    /** It has no port but this one: the identifier is its MAC address. It excludes `sendSci`. @default false */
    endStation: setting('IFLA_MACSEC_ES', 10, bool(u8), { live: true }),
    /** Single copy broadcast (EPON). It excludes `sendSci` and `endStation`. @default false */
    scb: setting('IFLA_MACSEC_SCB', 11, bool(u8), { live: true }),
    /** Protect what is sent at all. @default true */
    protect: setting('IFLA_MACSEC_PROTECT', 8, bool(u8), liveFrom(true)),
    /** Refuse old packet numbers. It needs `window`. @default false */
    replay: setting('IFLA_MACSEC_REPLAY_PROTECT', 12, bool(u8), { live: true }),
    /** How many packet numbers may come out of order. @default 0 */
    window: setting('IFLA_MACSEC_WINDOW', 5, u32, { live: true }),
    /** What becomes of frames that are not signed rightly. @default 'strict' */
    validate: setting('IFLA_MACSEC_VALIDATION', 13, oneOf(u8, '', VALIDATE), liveFrom('strict')),
    /** Which of the four associations it sends by, 0 to 3. @default 0 */
    encodingsa: setting('IFLA_MACSEC_ENCODING_SA', 6, range(u8, 0, 3), liveFrom(0)),
    ...macsecKeys,
  },
  apart: macsecApart,
  label: ({ encrypt }) => [encrypt ? 'encrypted' : 'signed'],
  causes: {
    add: ({ lower }) => ({
      EBUSY: `${lower} has a macsec of this identifier, or another rx_handler, already (macsec_newlink)`,
      EOPNOTSUPP: `${lower} has no hardware for this offload (macsec_newlink)`,
      EINVAL: 'replay needs window, and of sendSci, endStation and scb only one may be on (macsec_validate_attr)',
    }),
    settings: { EINVAL: 'replay needs window, and of sendSci, endStation and scb only one may be on' },
  },
});
