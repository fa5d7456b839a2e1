import { decodeEthernet, ETHERTYPE } from '../ethernet.ts';
import { type VlanProtocol, vlanProtocolOf } from '../vlan-tag.ts';
import { dissectArp } from './arp.ts';
import { dissectIpv4 } from './ipv4.ts';
import { dissectIpv6 } from './ipv6.ts';
import { around, count, type Dissection, dissection, hexadecimal, type Layer, unreadable } from './layer.ts';
import { dissectLlc } from './llc.ts';
import { dissectLldp } from './lldp.ts';

const HEADER = 14;
const TAG = 4;
/** More than two make no sense; 64 KB of nothing but tags must not exhaust the stack. */
const MOST_TAGS = 8;
/** Below it the field is a length, and LLC follows (IEEE 802.3 clause 3.2.6). */
const LEAST_TYPE = 0x0600;

/** Where a frame comes from and goes to; a payload that nobody knows is shown with it. */
interface Ends {
  source: string;
  destination: string;
}

/** A whole Ethernet frame, without its FCS. */
export function dissectFrame(bytes: Buffer): Dissection {
  const frame = decodeEthernet(bytes);
  if (!frame) return unreadable('Ethernet', bytes, HEADER);
  const { source, destination, etherType, payload } = frame;
  const fields: Layer['fields'] = [['destination', destination], ['source', source], typeField(etherType)];
  return around('Ethernet', fields, dissectPayload({ source, destination }, etherType, payload));
}

function dissectPayload(ends: Ends, etherType: number, payload: Buffer, tags = 0): Dissection {
  const tag = vlanProtocolOf(etherType);
  if (tag && tags < MOST_TAGS) return dissectTag(ends, tag, payload, tags);
  if (etherType < LEAST_TYPE) return dissectLlc(payload.subarray(0, etherType));
  switch (etherType) {
    case ETHERTYPE.arp:
      return dissectArp(payload);
    case ETHERTYPE.ipv4:
      return dissectIpv4(payload);
    case ETHERTYPE.ipv6:
      return dissectIpv6(payload);
    case ETHERTYPE.lldp:
      return dissectLldp(payload);
    default: {
      const line = `EtherType ${hexadecimal(etherType, 4)}, ${ends.source} > ${ends.destination}, ${count(payload.length)}`;
      return dissection(line, 'payload', [['length', count(payload.length)]]);
    }
  }
}

/** A tag, and in it anything that a frame may hold: another tag too. */
function dissectTag(ends: Ends, layer: VlanProtocol, payload: Buffer, tags: number): Dissection {
  if (payload.length < TAG) return unreadable(layer, payload, TAG);
  const control = payload.readUInt16BE(0);
  const etherType = payload.readUInt16BE(2);
  const vlan = control & 0xfff;
  const inner = dissectPayload(ends, etherType, payload.subarray(TAG), tags + 1);
  const fields: Layer['fields'] = [
    ['vlan', String(vlan)],
    ['priority', String(control >> 13)],
    ['drop eligible', (control >> 12) & 1 ? 'yes' : 'no'],
    typeField(etherType),
  ];
  return around(layer, fields, { ...inner, line: `vlan ${vlan} ${inner.line}` });
}

function typeField(etherType: number): [name: string, value: string] {
  return etherType < LEAST_TYPE ? ['length', count(etherType)] : ['EtherType', hexadecimal(etherType, 4)];
}
