import { bytesToIp } from '../ip-address.ts';
import { bytesToMac } from '../mac-address.ts';
import {
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  REDIRECT,
  ROUTER_ADVERTISEMENT,
  ROUTER_SOLICITATION,
} from '../neighbour-discovery.ts';
import { count, type Dissection, dissection, type Layer, unreadable } from './layer.ts';

/** The messages of RFC 4861 section 4: their names, and where their options begin. */
const MESSAGES: Record<number, { name: string; options: number }> = {
  [ROUTER_SOLICITATION]: { name: 'router solicitation', options: 8 },
  [ROUTER_ADVERTISEMENT]: { name: 'router advertisement', options: 16 },
  [NEIGHBOUR_SOLICITATION]: { name: 'neighbour solicitation', options: 24 },
  [NEIGHBOUR_ADVERTISEMENT]: { name: 'neighbour advertisement', options: 24 },
  [REDIRECT]: { name: 'redirect', options: 40 },
};
/** Router, solicited, override. */
const ADVERTISEMENT_FLAGS = ['R', 'S', 'O'];

/** Undefined for what is no message of neighbour discovery. */
export function dissectNeighbourDiscovery(source: string, message: Buffer): Dissection | undefined {
  const type = message.readUInt8(0);
  const known = MESSAGES[type];
  if (!known) return undefined;
  const name = `ICMPv6 ${known.name}`;
  if (message.length < known.options) return unreadable(name, message, known.options);
  const options = readOptions(message.subarray(known.options));
  const own = messageFields(type, message);
  const line = `${name}${tail(type, source, Object.fromEntries([...options, ...own]))}`;
  return dissection(line, 'ICMPv6', [['type', `${type} (${known.name})`], ...own, ...options]);
}

/** What a message says beyond its name, from its fields and its options'. */
function tail(type: number, source: string, fields: Record<string, string>): string {
  const { target } = fields;
  if (type === ROUTER_SOLICITATION) return ` from ${source}`;
  if (type === ROUTER_ADVERTISEMENT) return ` from ${source}${fields['prefix'] ? `, prefix ${fields['prefix']}` : ''}`;
  // Only duplicate address detection asks from no address (RFC 4862 section 5.4.2).
  if (type === NEIGHBOUR_SOLICITATION)
    return `, who has ${target}${source === '::' ? ' (duplicate address detection)' : ''}`;
  if (type === REDIRECT) return `, ${fields['destination']} is behind ${target}`;
  const mac = fields['target link-layer address'];
  return mac ? `, ${target} is at ${mac}` : `, ${target}`;
}

function messageFields(type: number, message: Buffer): Layer['fields'] {
  if (type === ROUTER_SOLICITATION) return [];
  if (type === ROUTER_ADVERTISEMENT) {
    return [
      ['hop limit', String(message.readUInt8(4))],
      ['router lifetime', `${message.readUInt16BE(6)} s`],
    ];
  }
  const target: [string, string] = ['target', bytesToIp(message.subarray(8, 24))];
  if (type === REDIRECT) return [target, ['destination', bytesToIp(message.subarray(24, 40))]];
  if (type === NEIGHBOUR_SOLICITATION) return [target];
  const bits = message.readUInt8(4);
  const flags = ADVERTISEMENT_FLAGS.filter((_, index) => (bits << index) & 0x80).join('');
  return [target, ['flags', flags || 'none']];
}

/** Type, length in units of eight bytes, value (RFC 4861 section 4.6). An option cut off ends the list. */
function readOptions(bytes: Buffer): Layer['fields'] {
  const fields: Layer['fields'] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt8(at + 1) * 8;
    if (length === 0 || at + length > bytes.length) break;
    fields.push(readOption(bytes.readUInt8(at), bytes.subarray(at, at + length)));
    at += length;
  }
  return fields;
}

function readOption(type: number, option: Buffer): [name: string, value: string] {
  switch (type) {
    case 1:
      return ['source link-layer address', bytesToMac(option.subarray(2, 8))];
    case 2:
      return ['target link-layer address', bytesToMac(option.subarray(2, 8))];
    case 3:
      if (option.length < 32) break;
      return ['prefix', `${bytesToIp(option.subarray(16, 32))}/${option.readUInt8(2)}`];
    case 5:
      return ['MTU', String(option.readUInt32BE(4))];
    case 25:
      if (option.length < 24) break;
      return ['resolver', bytesToIp(option.subarray(8, 24))];
    case 14:
      return ['nonce', option.toString('hex', 2)];
  }
  return [`option ${type}`, count(option.length)];
}
