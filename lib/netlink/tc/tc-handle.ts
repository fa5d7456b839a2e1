import { type Fixed, fixed } from '../codec/type.ts';
import type { ValueRule } from '../codec/value-rule.ts';

const PATTERN = '^[0-9a-f]{0,4}:[0-9a-f]{0,4}$';

/** The number of a handle or a class: `1:10` is 0x10010. Undefined for a text that is none. */
export function parseHandle(text: unknown): number | undefined {
  if (typeof text !== 'string' || text === ':' || !new RegExp(PATTERN, 'i').test(text)) return undefined;
  const [major, minor] = text.split(':').map((part) => Number.parseInt(part || '0', 16));
  return ((major ?? 0) * 0x1_0000 + (minor ?? 0)) >>> 0;
}

/** `1:` for a handle, `1:10` for a class. */
export function handleText(handle: number): string {
  const [major, minor] = [handle >>> 16, handle & 0xffff];
  return `${major.toString(16)}:${minor === 0 ? '' : minor.toString(16)}`;
}

/** The handle of a queueing discipline, or a class of one, as `tc` says them. */
export const tcHandle: Fixed<string> & ValueRule = {
  ...fixed<string>(
    4,
    (bytes, at) => handleText(bytes.readUInt32LE(at)),
    (bytes, at, value) => bytes.writeUInt32LE(parseHandle(value) ?? 0, at),
  ),
  rule: "a handle such as '1:', or a class such as '1:10', in hexadecimal",
  schema: { type: 'string', pattern: PATTERN },
  accept: (value) => {
    const handle = parseHandle(value);
    return handle === undefined ? undefined : handleText(handle);
  },
};
