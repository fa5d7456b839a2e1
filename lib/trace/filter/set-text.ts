import type { FilterElement, FilterSet } from '../../netlink/ruleset/read-ruleset.ts';
import type { Field } from './fields.ts';
import { verdictText } from './statement-text.ts';

/** A set as a rule shows it: an anonymous one by its elements, another by its name. */
export function setText(set: FilterSet, fields: readonly Field[]): string {
  if (!set.anonymous) return `@${set.name}`;
  const elements = set.interval ? intervals(set.elements, fields) : singles(set.elements, fields);
  return `{ ${elements.join(', ')} }`;
}

function singles(elements: readonly FilterElement[], fields: readonly Field[]): string[] {
  return inOrder(elements).map((element) => keyText(element, fields) + valueText(element));
}

/** Pairs of a beginning and an end, in the order of their keys. */
function intervals(elements: readonly FilterElement[], fields: readonly Field[]): string[] {
  const [field] = fields;
  const sorted = inOrder(elements);
  return sorted.flatMap((element, at) => {
    if (element.end) return [];
    if (element.catchAll || element.range) return [keyText(element, fields) + valueText(element)];
    const end = sorted.slice(at + 1).find((each) => Buffer.compare(each.key, element.key) > 0);
    const last = end ? before(end.key) : Buffer.alloc(element.key.length, 0xff);
    const show = (key: Buffer) => field?.value?.(key) ?? `0x${key.toString('hex')}`;
    const prefix = field?.isAddress ? prefixOf(element.key, last) : undefined;
    const range = prefix === undefined ? `${show(element.key)}-${show(last)}` : `${show(element.key)}/${prefix}`;
    const text = last.equals(element.key) ? show(element.key) : range;
    return [text + valueText(element)];
  });
}

/** The length of the prefix that goes from one address to another; undefined for what is none. */
function prefixOf(first: Buffer, last: Buffer): number | undefined {
  const bits = (key: Buffer) => [...key].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const [from, to] = [bits(first), bits(last)];
  const differs = [...from].findIndex((bit, at) => bit !== to[at]);
  const isPrefix = /^0*$/.test(from.slice(differs)) && /^1*$/.test(to.slice(differs));
  return isPrefix ? differs : undefined;
}

function inOrder(elements: readonly FilterElement[]): FilterElement[] {
  return [...elements].sort((a, b) => Number(a.catchAll) - Number(b.catchAll) || Buffer.compare(a.key, b.key));
}

/** The key before, in the order of bytes. */
function before(key: Buffer): Buffer {
  const result = Buffer.from(key);
  for (let at = result.length - 1; at >= 0; at--) {
    const byte = result[at] ?? 0;
    result[at] = (byte - 1) & 0xff;
    if (byte !== 0) break;
  }
  return result;
}

function keyText({ key, catchAll, range }: FilterElement, fields: readonly Field[]): string {
  if (catchAll) return '*';
  if (range) return '…';
  const parts: string[] = [];
  let at = 0;
  for (const { length, value } of fields) {
    const part = key.subarray(at, at + length);
    parts.push(value?.(part) ?? `0x${part.toString('hex')}`);
    at += Math.ceil(length / 4) * 4;
  }
  return parts.length > 0 ? parts.join(' . ') : `0x${key.toString('hex')}`;
}

function valueText({ verdict, value }: FilterElement): string {
  if (verdict) return ` : ${verdictText(verdict)}`;
  return value ? ` : 0x${value.toString('hex')}` : '';
}
