import { unlessError } from '../base/has-code.ts';
import { once } from '../base/once.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { readProcNet } from '../kernel/tables/proc-net.ts';
import { hasPorts } from '../links/registry.ts';
import { bridgeMdb } from '../netlink/bridge/mdb.ts';
import { inNewNamespace, type OpenNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink } from '../netlink/link.ts';
import type { Request } from '../netlink/request.ts';
import { RTNL_FAMILY_IP6MR, RTNL_FAMILY_IPMR } from '../netlink/routing/mroute.ts';
import { bridgeFdb } from '../netlink/routing/neighbour.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import type { OtherObjects } from './network-state.ts';
import { listGeneric, showGeneric } from './objects/list-generic.ts';
import type { ObjectSockets } from './objects/object-kind.ts';
import { withSockets } from './objects/object-sockets.ts';
import type { StateSource } from './state-source.ts';

/** The objects of a namespace that hairpin neither makes nor follows, so that a script can say that it leaves them out. */
export function readOtherObjects(source: StateSource): OtherObjects {
  const [now, fresh] = [listOthers(source), freshOthers()];
  return {
    changed: OTHER_KINDS.filter((_, at) => String(now[at]) !== String(fresh[at])).map(({ what, command }) => ({
      what,
      command,
    })),
    groups: staticGroups(source.netns),
    filtered: source.rtnetlink
      .list(bridgeFdb.all())
      .filter(
        ({ bridge, to, nhid, permanent, mac }) =>
          permanent && !isGroupMac(mac) && [bridge, to, nhid].every((each) => each === undefined),
      )
      .map(({ device, mac }) => ({ device, mac })),
  };
}

const [RTM_GETROUTE, RTM_GETRULE] = [26, 34];
// linux/socket.h
const AF_MPLS = 28;

interface OtherKind {
  what: string;
  command: string;
  /** The bytes of each object. */
  list(sockets: ObjectSockets): string[];
}

const OTHER_KINDS: readonly OtherKind[] = [
  { what: 'the routes of MPLS', command: 'ip -f mpls route', list: ofFamily(RTM_GETROUTE, AF_MPLS) },
  { what: 'the rules of multicast routing', command: 'ip mrule', list: ofFamily(RTM_GETRULE, RTNL_FAMILY_IPMR) },
  {
    what: 'the rules of multicast routing of IPv6',
    command: 'ip -6 mrule',
    list: ofFamily(RTM_GETRULE, RTNL_FAMILY_IP6MR),
  },
  { what: 'the remote ends of groups of vxlans', command: 'bridge mdb', list: groupsOfTunnels },
  // L2TP_CMD_TUNNEL_GET, IOAM6_CMD_DUMP_NAMESPACES, IOAM6_CMD_DUMP_SCHEMAS, SEG6_CMD_DUMPHMAC, SEG6_CMD_GET_TUNSRC
  { what: 'the tunnels of L2TP', command: 'ip l2tp', list: generic('l2tp', 4) },
  { what: 'the namespaces of IOAM', command: 'ip ioam namespace', list: generic('IOAM6', 3) },
  { what: 'the schemas of IOAM', command: 'ip ioam schema', list: generic('IOAM6', 6) },
  { what: 'the HMAC keys of SRv6', command: 'ip sr hmac', list: generic('SEG6', 2) },
  { what: 'the source address of SRv6', command: 'ip sr tunsrc', list: generic('SEG6', 4, showGeneric) },
];

/** A kernel without the family answers with the objects of all others (`rtnl_dump_all`). */
function ofFamily(type: number, family: number): OtherKind['list'] {
  return ({ rtnetlink }) => {
    // struct rtmsg, struct fib_rule_hdr
    const header = Buffer.alloc(12, 0);
    header.writeUInt8(family);
    return rtnetlink.list(raw(type, header)).filter((bytes) => Number.parseInt(bytes.slice(0, 2), 16) === family);
  };
}

/** The entries of what has no ports (`vxlan_mdb_dump`, Linux 6.4). */
function groupsOfTunnels({ rtnetlink }: ObjectSockets): string[] {
  const bridges = rtnetlink.list(ipLink.all()).filter(hasPorts);
  const entries = rtnetlink.list(bridgeMdb.all()).flatMap((each) => each.entries);
  return entries
    .filter((entry) => bridges.every(({ index }) => index !== entry.bridge))
    .map((entry) => JSON.stringify(entry));
}

function generic(family: string, command: number, ask = listGeneric<string>): OtherKind['list'] {
  const request = { ...raw(0, Buffer.from([command, 1, 0, 0])), family, needs: '' };
  return (sockets) => ask(sockets, request);
}

function raw(type: number, header: Buffer): Request<string> {
  return {
    ...{ type, flags: 0 },
    write: (to) => to.put(header),
    read: (body) => body.toString('hex'),
    words: () => `message ${type} ${header.toString('hex')}`,
    pathAt: () => [],
  };
}

function listOthers(source: OpenNamespace): string[][] {
  // A kernel without them refuses (fib_nl_dumprule, seg6_genl_dumphmac); and who may not list them in a user namespace, may not make
  // any, either (GENL_ADMIN_PERM).
  return withSockets(source, (sockets) =>
    OTHER_KINDS.map(({ list }) => unlessError(KernelError, () => list(sockets), [])),
  );
}

/** What every new namespace of this kernel has of them. */
const freshOthers = once(() => inNewNamespace(listOthers));

/** The groups of `ip maddress add`: index, name, references, whether it is one of those, address (`dev_mc_seq_show`). */
function staticGroups(netns: NetNamespace): OtherObjects['groups'] {
  const text = readProcNet(netns, 'dev_mcast');
  return text.split('\n').flatMap((line) => {
    const [index, , , isStatic, digits = ''] = line.trim().split(/\s+/);
    return isStatic === '1' ? [{ device: Number(index), mac: digits.match(/../g)?.join(':') ?? '' }] : [];
  });
}
