import { ARP_LENGTH, decodeArp } from '../arp.ts';
import { type Dissection, dissection, hexadecimal, type Layer, unreadable } from './layer.ts';

/** Announcements (RFC 5227 section 2.3) are requests and replies about the sender's own address. */
export function dissectArp(bytes: Buffer): Dissection {
  const arp = decodeArp(bytes);
  if (bytes.length < ARP_LENGTH) return unreadable('ARP', bytes, ARP_LENGTH);
  if (!arp) return dissectOther(bytes);
  const { operation, senderMac, senderIp, targetMac, targetIp } = arp;
  const fields: Layer['fields'] = [
    ['operation', operation],
    ['sender MAC', senderMac],
    ['sender IP', senderIp],
    ['target MAC', targetMac],
    ['target IP', targetIp],
  ];
  const isAt = `${senderIp} is-at ${senderMac}`;
  if (senderIp === targetIp) return dissection(`ARP announcement ${isAt}`, 'ARP', fields);
  const line = operation === 'request' ? `ARP who-has ${targetIp} tell ${senderIp}` : `ARP reply ${isAt}`;
  return dissection(line, 'ARP', fields);
}

/** Another operation than request and reply, or other addresses than Ethernet's and IPv4's. */
function dissectOther(bytes: Buffer): Dissection {
  const [hardware, protocol] = [bytes.readUInt16BE(0), hexadecimal(bytes.readUInt16BE(2), 4)];
  const operation = bytes.readUInt16BE(6);
  return dissection(`ARP operation ${operation}, hardware ${hardware}, protocol ${protocol}`, 'ARP', [
    ['operation', String(operation)],
    ['hardware type', String(hardware)],
    ['protocol type', protocol],
  ]);
}
