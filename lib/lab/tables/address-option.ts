import { checkIp, checkPrefix, UsageError, wrongOption } from '../../base/validate.ts';
import type { Prefix } from '../../wire/ip-address.ts';
import type { Segment } from '../segment.ts';

/** The addresses of a new interface; `false` for none. By default the segment gives it one of each family. */
export type AddressOption = string | readonly string[] | false;

/** Checks what an interface that is about to be made is to have, as far as it can be told without its segment. */
export function checkAddressOption(call: string, option: unknown): asserts option is AddressOption | undefined {
  if (option === undefined || option === false) return;
  if (typeof option !== 'string' && !Array.isArray(option)) {
    throw wrongOption(call, 'address', "an address such as '10.0.0.1/24', a list of them, or false for none", option);
  }
  for (const text of [option].flat()) parseAddress(call, text);
}

/** The rest, once the segment is known: it has the length of an address that is given without. */
export function checkAddressLengths(
  call: string,
  option: AddressOption | undefined,
  segment: Segment | undefined,
): void {
  if (option === undefined || option === false) return;
  for (const text of [option].flat()) prefixIn(segment, call, text);
}

/** An address with its length: the one that the text has, or else the one of the segment's subnet. */
export function prefixIn(segment: Segment | undefined, call: string, text: string): Prefix {
  const prefix = parseAddress(call, text);
  if (prefix) return prefix;
  const length = segment?.lengthFor(text);
  if (length !== undefined) return checkPrefix(call, 'address', `${text}/${length}`);
  throw new UsageError(
    `${call}: address ${text} is in no subnet of its segment, so it needs a prefix length: '${text}/24'`,
  );
}

/** Undefined for an address without a length. */
function parseAddress(call: string, text: unknown): Prefix | undefined {
  if (typeof text === 'string' && text.includes('/')) return checkPrefix(call, 'address', text);
  checkIp(call, 'address', text);
  return undefined;
}
