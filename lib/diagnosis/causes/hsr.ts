import { type CapturedFrame, type Hop, Interface, isLink, type Namespace } from '../../lab/index.ts';
import { hsr } from '../../links/hsr.ts';
import type { Cause } from '../../model/cause.ts';
import { Capture } from '../../trace/capture.ts';
import { hopsOf } from '../../trace/path.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';

/** An HSR or PRP device, and the devices that it sends by. */
interface Node {
  device: Interface;
  proto: 'hsr' | 'prp';
  slaves: readonly Interface[];
}

/** By the EtherType of its tags, the version of HSR (IEC 62439-3; `hsr_fill_tag`). */
const VERSIONS = new Map([
  [0x88fb, 0],
  [0x892f, 1],
]);

/** Why a frame that an HSR or PRP device sent did not come out at the other node. */
export function lostInRing(path: Hop, to: Interface | Namespace): CauseAt | undefined {
  const hop = hopsOf(path).find(({ frame, next }) => {
    return frame.direction === 'out' && next.length === 0 && isLink(frame.at, hsr);
  });
  const sender = hop && nodeOf(hop.frame.at);
  const host = to instanceof Interface ? to.namespace : to;
  if (!sender || host === sender.device.namespace) return undefined;
  const [receiver, another] = nodesOf(host);
  if (another) return undefined;
  const cause = receiver ? mismatch(sender, receiver) : withoutNode(sender, host);
  return cause && { hop, cause };
}

/** The same of a frame that was seen at a slave: without a tag that the node expects, the host of the slave gets it (`hsr_handle_frame`). */
export function ringCause({ at, bytes }: CapturedFrame): Cause | undefined {
  const receiver = nodesOf(at.namespace).find(({ slaves }) => slaves.includes(at));
  const source = decodeEthernet(bytes)?.source;
  const others = at.namespace.lab.namespaces.filter((each) => each !== at.namespace).flatMap(nodesOf);
  const sender = others.find(({ slaves }) => slaves.some(({ mac }) => mac === source));
  return receiver && sender && mismatch(sender, receiver);
}

/** Whether a device belongs to an HSR or PRP device, which has its frames first. */
export function isSlave(device: Interface): boolean {
  return nodesOf(device.namespace).some(({ slaves }) => slaves.includes(device));
}

/** A node of HSR reads the tags of either version, except that one of version 1 takes version 0 for PRP (`hsr_fill_frame_info`). */
function mismatch(sender: Node, receiver: Node): Cause | undefined {
  const names = { device: deviceName(sender.device), other: deviceName(receiver.device) };
  if (sender.proto !== receiver.proto)
    return { code: 'hsr.other-protocol', facts: { ...names, sends: sender.proto, expects: receiver.proto } };
  if (sender.proto === 'prp' || versionOf(sender) !== 0 || versionOf(receiver) !== 1) return undefined;
  return { code: 'hsr.other-protocol', facts: { ...names, sends: 'hsr version 0', expects: 'hsr version 1' } };
}

/** A host without HSR reads no tags. PRP has none: hosts that do not know it take its frames. */
function withoutNode({ device, proto, slaves }: Node, host: Namespace): Cause | undefined {
  const slave = slaves.find(({ peer }) => peer?.namespace === host);
  if (!slave?.peer || proto === 'prp') return undefined;
  return { code: 'hsr.no-node', facts: { device: deviceName(device), port: deviceName(slave.peer) } };
}

/** The kernel does not tell it, but what the node sends does. */
function versionOf({ device: { mac, namespace }, slaves }: Node): number | undefined {
  const macs = [mac, ...slaves.map((each) => each.mac)];
  const own = Capture.of(namespace.lab)
    .frames()
    .filter(({ at, direction }) => direction === 'out' && slaves.includes(at))
    .flatMap(({ bytes }) => decodeEthernet(bytes) ?? [])
    .findLast(({ source, etherType }) => macs.includes(source) && VERSIONS.has(etherType));
  return own && VERSIONS.get(own.etherType);
}

function nodesOf({ interfaces }: Namespace): Node[] {
  return interfaces.flatMap((each) => nodeOf(each) ?? []);
}

function nodeOf(device: Interface): Node | undefined {
  if (device.deleted || !isLink(device, hsr)) return undefined;
  const { slave1, slave2, proto = 'hsr' } = device.settings;
  return { device, proto, slaves: [slave1, slave2].filter((each): each is Interface => each instanceof Interface) };
}
