import { checkInteger, checkOptions, checkPrefix, show, UsageError } from '../base/validate.ts';
import { familyNumber } from '../kernel/sockets/socket-address.ts';
import { range, u16, u32 } from '../netlink/codec/scalars.ts';
import type { Type } from '../netlink/codec/type.ts';
import { checkByRule, matching } from '../netlink/codec/value-rule.ts';
import { genericRequest } from '../netlink/generic/generic.ts';
import { key, parseEndpoint, type WireguardPeer, wireguardDevice } from '../netlink/generic/wireguard.ts';
import { familyOf } from '../wire/ip-address.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

const WG_CMD_GET_DEVICE = 0;
const WG_CMD_SET_DEVICE = 1;
const WGPEER_F_REMOVE_ME = 1;
const WGPEER_F_REPLACE_ALLOWEDIPS = 2;
/** What the kernel says where there is no key. */
const NO_KEY = Buffer.alloc(32).toString('base64');

/** A handshake is not begun again before, in milliseconds (drivers/net/wireguard/messages.h). */
const REKEY_TIMEOUT = 5000;
/** `KEEPALIVE_TIMEOUT` and `REKEY_TIMEOUT` after a packet without an answer (`wg_timers_data_sent`), with its jitter. In milliseconds. */
const RENEWED_AFTER = 15_334;
/** `MESSAGE_DATA`. */
const DATA_MESSAGE = 4;
/** The keys of a session are used for so many seconds. */
const REJECT_AFTER_TIME = 180n;

const KEY_RULE = '32 bytes in base64, as `wg genkey` prints them';
const checkedKey = { ...key, ...matching('^[A-Za-z0-9+/]{43}=$', KEY_RULE) };
const peers: Type<readonly WireguardPeer[]> = {
  write: () => {},
  read: () => [],
  words: () => [],
  rule: 'a list of peers, such as [{ publicKey, allowedIps: ["10.7.0.2/32"] }]',
  check: checkPeers,
};

const apart = { apart: true, live: true } as const;

/** IP packets, encrypted, in UDP (drivers/net/wireguard). `privateKey` may be any 32 bytes: `randomBytes(32).toString('base64')`. */
export const wireguard = describeLink('wireguard', {
  option: 'WIREGUARD',
  ethernet: false,
  noArp: true,
  withoutMac: () => true,
  settings: {
    /** Its private key, base64. @default none: it sends nothing */
    privateKey: setting('WGDEVICE_A_PRIVATE_KEY', 3, checkedKey, apart),
    /** Its public key, base64, which follows from the private one. */
    publicKey: setting('WGDEVICE_A_PUBLIC_KEY', 4, checkedKey, { apart: true, readOnly: true }),
    /** The UDP port that it is heard at, 0 to 65535; 0 lets the kernel choose. @default 0 */
    listenPort: setting('WGDEVICE_A_LISTEN_PORT', 6, range(u16, 0, 65535), apart),
    /** The firewall mark of the outer packets, for rules. @default 0 */
    fwmark: setting('WGDEVICE_A_FWMARK', 7, u32, apart),
    /** The other ends. `set` replaces the list; like `wg syncconf`, it leaves a peer of the same key its session. @default none */
    peers: setting('WGDEVICE_A_PEERS', 8, peers, apart),
  },
  label: () => [],
  apart: {
    family: 'wireguard',
    what: 'the keys and peers',
    change: (id, index, settings, present) => {
      const { peers: next, ...device } = settings as Said;
      const change = genericRequest(id, wireguardDevice, {
        ...{ command: WG_CMD_SET_DEVICE, index, words: 'wg set' },
        ...device,
        ...(next === undefined ? {} : { peers: changes((present as { peers: Peers }).peers, next) }),
      });
      return [change];
    },
    list: (id, index) => genericRequest(id, wireguardDevice, { command: WG_CMD_GET_DEVICE, index, words: 'wg show' }),
    // A list of peers may come in several messages.
    settings: (answers) => {
      const [first] = answers as Answers;
      return {
        ...{ privateKey: present(first?.privateKey), publicKey: present(first?.publicKey) },
        ...{ listenPort: first?.listenPort, fwmark: first?.fwmark },
        peers: peersIn(answers).reduce(joinPeer, []),
      };
    },
    sessions: {
      askedAgainAfter: REKEY_TIMEOUT,
      renewedAfter: RENEWED_AFTER,
      dataMessage: DATA_MESSAGE,
      ownEnd: ([first]) => ({ name: (first as Answers[0])?.publicKey, port: (first as Answers[0])?.listenPort }),
      read: (answers, time) =>
        [...Map.groupBy(peersIn(answers), ({ publicKey = '' }) => publicKey)].map(([name, parts]) => ({
          name,
          networks: parts.flatMap((part) => readPeer(part).allowedIps),
          // Without an endpoint the device refuses packets (wg_xmit).
          isMissing: parts[0]?.endpoint !== undefined && !isInSession(parts[0], time),
          sent: parts[0]?.sentBytes ?? 0n,
          endpoint: parts[0]?.endpoint === undefined ? undefined : parseEndpoint(parts[0].endpoint).address,
          received: parts[0]?.receivedBytes ?? 0n,
        })),
    },
  },
});

type Peers = readonly WireguardPeer[];
type Said = { privateKey?: string; listenPort?: number; fwmark?: number; peers?: Peers };

/** What makes one list of peers of another: one who goes and comes back would lose the keys of its session. */
function changes(present: Peers, next: Peers) {
  const gone = present.filter((peer) => next.every(({ publicKey }) => publicKey !== peer.publicKey));
  return [
    ...gone.map(({ publicKey }) => ({ publicKey, flags: WGPEER_F_REMOVE_ME })),
    ...next.map(({ allowedIps, presharedKey = NO_KEY, persistentKeepalive = 0, ...peer }) => ({
      ...{ ...peer, presharedKey, persistentKeepalive },
      flags: WGPEER_F_REPLACE_ALLOWEDIPS,
      allowedIps: allowedIps.map((text) => {
        const { address, length, family } = checkPrefix('', '', text);
        return { address, length, family: familyNumber(family) };
      }),
    })),
  ];
}

type Answers = readonly ReturnType<typeof wireguardDevice.read>[];
type ReadPeer = NonNullable<Answers[number]['peers']>[number];

/** In parts, where a peer goes on in the next answer. */
function peersIn(answers: readonly object[]): ReadPeer[] {
  return (answers as Answers).flatMap(({ peers: all = [] }) => all);
}

/** The kernel says when the last handshake was done: 1970 for never (`wg_timers_handshake_complete`). */
function isInSession({ lastHandshake }: ReadPeer, time: bigint): boolean {
  return lastHandshake !== undefined && time < (lastHandshake.seconds + REJECT_AFTER_TIME) * 1_000_000_000n;
}

/** A peer whose allowed IPs do not fit in a message goes on in the next, by its key and the others (linux/wireguard.h). */
function joinPeer(peers: WireguardPeer[], answer: ReadPeer): WireguardPeer[] {
  const [last, peer] = [peers.at(-1), readPeer(answer)];
  if (last?.publicKey !== peer.publicKey) return [...peers, peer];
  return [...peers.slice(0, -1), { ...last, allowedIps: [...last.allowedIps, ...peer.allowedIps] }];
}

function readPeer({
  publicKey = '',
  presharedKey,
  endpoint,
  persistentKeepalive,
  allowedIps = [],
}: ReadPeer): WireguardPeer {
  const shared = present(presharedKey);
  return {
    publicKey,
    ...(shared === undefined ? {} : { presharedKey: shared }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(persistentKeepalive ? { persistentKeepalive } : {}),
    allowedIps: allowedIps.map(({ address, length }) => `${address}/${length}`),
  };
}

function present(value: string | undefined): string | undefined {
  return value === NO_KEY ? undefined : value;
}

const PEER_OPTIONS = ['publicKey', 'presharedKey', 'endpoint', 'persistentKeepalive', 'allowedIps'];

function checkPeers(call: string, option: string, value: unknown): void {
  if (!Array.isArray(value)) throw new UsageError(`${call}: ${option} must be ${peers.rule}: received ${show(value)}`);
  for (const [at, peer] of value.entries()) {
    const place = `${call}: ${option}[${at}]`;
    checkOptions(place, peer, PEER_OPTIONS);
    const { publicKey, presharedKey, endpoint, persistentKeepalive, allowedIps } = peer as WireguardPeer;
    if (publicKey === undefined) throw new UsageError(`${place}: publicKey must be given: ${KEY_RULE}`);
    if (value.findIndex((each) => each?.publicKey === publicKey) !== at)
      throw new UsageError(
        `${place}: publicKey must differ from those of the other peers: received ${show(publicKey)}`,
      );
    checkByRule(checkedKey, place, 'publicKey', publicKey);
    checkByRule(checkedKey, place, 'presharedKey', presharedKey);
    checkInteger(place, 'persistentKeepalive', persistentKeepalive, 0, 65535);
    checkEndpoint(place, endpoint);
    if (!Array.isArray(allowedIps))
      throw new UsageError(`${place}: allowedIps must be a list such as ['10.7.0.0/24']: received ${show(allowedIps)}`);
    for (const text of allowedIps) checkPrefix(place, 'allowedIps', text, "networks such as '10.7.0.0/24'");
  }
}

function checkEndpoint(place: string, endpoint: unknown): void {
  if (endpoint === undefined) return;
  const { address, port } = typeof endpoint === 'string' ? parseEndpoint(endpoint) : { address: '', port: 0 };
  if (familyOf(address) !== undefined && port >= 1 && port <= 65535) return;
  throw new UsageError(
    `${place}: endpoint must be an address with a port, such as 192.0.2.2:51820 or [fd00::2]:51820: received ${show(endpoint)}`,
  );
}
