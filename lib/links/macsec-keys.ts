import { withoutUndefined } from '../base/plain-object.ts';
import { checkBoolean, checkInteger, checkMac, checkOptions, show, UsageError, wrongOption } from '../base/validate.ts';
import type { Type } from '../netlink/codec/type.ts';
import { checkByRule } from '../netlink/codec/value-rule.ts';
import { genericRequest } from '../netlink/generic/generic.ts';
import { allMacsecs, MACSEC_COMMANDS, macsecDevice } from '../netlink/generic/macsec.ts';
import type { Request } from '../netlink/request.ts';
import type { ApartSettings } from './link-description.ts';
import { setting } from './setting.ts';

/** A secure association, in the words of `ip macsec … sa`. */
export interface MacsecAssociation {
  /** Its number, 0 to 3. A device sends by that of `encodingsa`. */
  sa: number;
  /** The next packet number, from 1 to 4294967295; with a cipher of `xpn` to 2^53 - 1. @default 1 */
  pn?: number;
  /** @default true */
  on?: boolean;
  /** The name of the key: 2 to 32 hexadecimal digits. The kernel puts zeros behind them. */
  keyId: string;
  /**
   * 32 hexadecimal digits, or 64 with a cipher of 256 bits. The kernel tells nobody the key: an association that is read has none.
   * `set` deletes and adds an association that is given with its key. Without a key, the one of the same `sa` and `keyId` stays: its `pn`
   * and `on` change.
   */
  key?: string;
  /** The short identifier of the sender, 0 to 4294967295. A cipher of `xpn` needs it. */
  ssci?: number;
  /** 24 hexadecimal digits. A cipher of `xpn` needs it. Nobody is told it. */
  salt?: string;
}

/** A receive channel: another device of the link, whose frames are taken. It is `sci`, or `address` and `port`. */
export interface MacsecChannel {
  /** The other device's identifier: its MAC address and its port, 16 hexadecimal digits. This is what is read. */
  sci?: string;
  /** The MAC address of the device below the other. */
  address?: string;
  /** The other device's `port`. @default 1 */
  port?: number;
  /** @default true */
  on?: boolean;
  /** The associations that the other sends by. @default none */
  sas?: readonly MacsecAssociation[];
}

const KEY_ID_DIGITS = 32;
const SALT_DIGITS = 24;
/** The highest packet number of 32 bits. */
const MOST_SHORT = 2 ** 32 - 1;

const apart = { apart: true, live: true, ifAbsent: [] } as const;

/** The settings that travel by the family `macsec`. */
export const macsecKeys = {
  /** The associations that it sends by. `set` replaces the list. Root of the machine alone may change it. @default none */
  tx: setting(
    'MACSEC_ATTR_TXSA_LIST',
    5,
    checked<readonly MacsecAssociation[]>("a list such as [{ sa: 0, keyId: '01', key }]", checkAssociations),
    apart,
  ),
  /** The other devices of the link. `set` replaces the list. Root of the machine alone may change it. @default none */
  rx: setting(
    'MACSEC_ATTR_RXSC_LIST',
    6,
    checked<readonly MacsecChannel[]>(
      "a list such as [{ address, sas: [{ sa: 0, keyId: '01', key }] }]",
      checkChannels,
    ),
    apart,
  ),
};

const CAUSES = {
  EPERM: 'the kernel takes the keys of MACsec from root alone, not in a user namespace (GENL_ADMIN_PERM)',
  EINVAL:
    'a new association needs key, of 32 hexadecimal digits, or of 64 with a cipher of 256 bits; a cipher of xpn needs ssci and salt, too, and without xpn the most that pn can be is 4294967295 (macsec_add_txsa)',
} as const;

/** How they travel. */
export const macsecApart: ApartSettings = {
  family: 'macsec',
  what: 'the secure channels and associations (ip macsec)',
  change: (id, index, settings, present) => {
    const { tx, rx } = settings as Keys;
    const { tx: txNow = [], rx: rxNow = [] } = present as Keys;
    const send = (words: string, command: number, values: object): Request => ({
      ...genericRequest(id, macsecDevice, { command, index, ...values, words: `ip macsec ${words}` } as never),
      causes: CAUSES,
    });
    return [
      ...(tx === undefined ? [] : changeAssociations(txNow, tx, MACSEC_COMMANDS.sending, 'tx', {}, send)),
      ...(rx === undefined ? [] : changeChannels(rxNow, rx, send)),
    ];
  },
  // The kernel tells of all devices at once.
  list: (id, index) => {
    const all = allMacsecs(id);
    return { ...all, read: (bytes) => only(index, all.read(bytes)) };
  },
  settings: (answers) => {
    const { sending = [], channels = [] } = Object.assign({}, ...answers) as Partial<Device>;
    return {
      tx: sending.map(readAssociation),
      rx: channels.map(({ sci, active, associations }) => ({
        ...{ sci, on: active },
        sas: associations.map(readAssociation),
      })),
    };
  },
};

type Device = ReturnType<typeof macsecDevice.read>;
type Keys = { tx?: readonly MacsecAssociation[]; rx?: readonly MacsecChannel[] };
type Send = (words: string, command: number, values: object) => Request;
type Commands = Readonly<Record<'add' | 'delete' | 'change', number>>;

function only(index: number, device: Device): object {
  return device.index === index ? device : {};
}

function readAssociation({ number, active, next, keyId, ssci }: Device['sending'][number]): MacsecAssociation {
  return {
    ...{ sa: number, pn: Number(next), on: active, keyId: keyId?.toString('hex') ?? '' },
    ...(ssci === undefined ? {} : { ssci }),
  };
}

function changeChannels(present: readonly MacsecChannel[], next: readonly MacsecChannel[], send: Send): Request[] {
  const { channel: commands, receiving } = MACSEC_COMMANDS;
  const gone = present.filter((each) => next.every((other) => sciOf(other) !== each.sci));
  return [
    ...gone.map(({ sci }) => send(`del rx sci ${sci}`, commands.delete, { channel: { sci } })),
    ...next.flatMap((each) => {
      const sci = sciOf(each);
      const now = present.find((other) => other.sci === sci);
      const { on: active = true, sas = [] } = each;
      const channel = { channel: { sci, active } };
      const change = now
        ? send(`set rx sci ${sci}`, commands.change, channel)
        : send(`add rx sci ${sci}`, commands.add, channel);
      const of = { channel: { sci } };
      return [change, ...changeAssociations(now?.sas ?? [], sas, receiving, `rx sci ${sci}`, of, send)];
    }),
  ];
}

function changeAssociations(
  present: readonly MacsecAssociation[],
  next: readonly MacsecAssociation[],
  commands: Commands,
  where: string,
  of: object,
  send: Send,
): Request[] {
  const stays = ({ sa, keyId }: MacsecAssociation) =>
    next.some((each) => each.sa === sa && each.key === undefined && wholeId(each.keyId) === keyId);
  const request = (verb: 'add' | 'del' | 'set', command: number, { number, ...values }: Sent) =>
    send(`${verb} ${where} sa ${number}`, command, { ...of, association: { number, ...values } });
  return [
    ...present
      .filter((each) => !stays(each))
      .flatMap(({ sa: number }) => [
        // One that is in use is not deleted (macsec_del_txsa).
        request('set', commands.change, { number, active: false }),
        request('del', commands.delete, { number }),
      ]),
    ...next.map(({ sa: number, on: active = true, pn, keyId, key, ssci, salt }) => {
      const isThere = key === undefined && present.some((each) => each.sa === number && stays(each));
      // An association with an XPN cipher, which has such an identifier, has numbers of 64 bits.
      const isLong = ssci !== undefined || present.find((each) => each.sa === number)?.ssci !== undefined;
      const sized = (value: number) => (isLong || value > MOST_SHORT ? BigInt(value) : value);
      if (isThere)
        return request('set', commands.change, { number, active, ...(pn === undefined ? {} : { next: sized(pn) }) });
      const secrets = { key: fromHex(key), keyId: fromHex(wholeId(keyId)), salt: fromHex(salt) };
      return request('add', commands.add, { number, active, next: sized(pn ?? 1), ssci, ...withoutUndefined(secrets) });
    }),
  ];
}

interface Sent {
  number: number;
  active?: boolean;
  next?: number | bigint;
  ssci?: number | undefined;
  key?: Buffer;
  keyId?: Buffer;
  salt?: Buffer;
}

function fromHex(digits: string | undefined): Buffer | undefined {
  return digits === undefined ? undefined : Buffer.from(digits, 'hex');
}

function wholeId(keyId: string): string {
  return keyId.toLowerCase().padEnd(KEY_ID_DIGITS, '0');
}

/** IEEE 802.1AE-2018 clause 9.9: the MAC address, and the port in 16 bits. */
function sciOf({ sci, address = '', port = 1 }: MacsecChannel): string {
  return sci?.toLowerCase() ?? `${address.replaceAll(':', '').toLowerCase()}${port.toString(16).padStart(4, '0')}`;
}

/** A list that the kernel is told member by member. */
function checked<T>(rule: string, check: (place: string, value: object, before: readonly object[]) => void): Type<T> {
  return {
    ...{ write: () => {}, read: () => [] as T, words: () => [], rule },
    check: (call, option, value) => {
      if (!Array.isArray(value)) throw wrongOption(call, option, rule, value);
      for (const [at, member] of value.entries()) check(`${call}: ${option}[${at}]`, member, value.slice(0, at));
    },
  };
}

function checkAssociations(place: string, value: object, before: readonly object[]): void {
  checkOptions(place, value, ['sa', 'pn', 'on', 'keyId', 'key', 'ssci', 'salt']);
  const { sa, pn, on, keyId, key, ssci, salt } = value as MacsecAssociation;
  if (sa === undefined) throw new UsageError(`${place}: sa must be given: a whole number from 0 to 3`);
  checkInteger(place, 'sa', sa, 0, 3);
  if (before.some((other) => (other as MacsecAssociation).sa === sa))
    throw new UsageError(`${place}: sa must differ from that of the other associations: received ${show(sa)}`);
  checkInteger(place, 'pn', pn, 1, Number.MAX_SAFE_INTEGER);
  checkBoolean(place, 'on', on);
  checkHex(place, 'keyId', keyId, /^(?:..){1,16}$/, '2 to 32 hexadecimal digits, an even number');
  if (key !== undefined) checkHex(place, 'key', key, /^(?:.{32}){1,2}$/, '32 or 64 hexadecimal digits');
  checkInteger(place, 'ssci', ssci, 0, 2 ** 32 - 1);
  if (salt !== undefined) checkHex(place, 'salt', salt, /^.{24}$/, `${SALT_DIGITS} hexadecimal digits`);
}

function checkChannels(place: string, value: object, before: readonly object[]): void {
  checkOptions(place, value, ['sci', 'address', 'port', 'on', 'sas']);
  const { sci, address, port, on, sas } = value as MacsecChannel;
  if ((sci === undefined) === (address === undefined) || (sci !== undefined && port !== undefined))
    throw new UsageError(`${place}: a channel is said by address and port, or by sci, and not by both`);
  if (sci !== undefined) checkHex(place, 'sci', sci, /^.{16}$/, "16 hexadecimal digits such as '0200000000650001'");
  if (address !== undefined) checkMac(place, 'address', address);
  checkInteger(place, 'port', port, 1, 65535);
  if (before.some((other) => sciOf(other) === sciOf(value)))
    throw new UsageError(`${place}: there is the same channel before it: received ${sciOf(value)}`);
  checkBoolean(place, 'on', on);
  checkByRule(macsecKeys.tx.of, place, 'sas', sas);
}

function checkHex(place: string, option: string, value: unknown, length: RegExp, rule: string): void {
  if (typeof value === 'string' && /^[0-9a-f]+$/i.test(value) && length.test(value)) return;
  throw wrongOption(place, option, rule, value);
}
