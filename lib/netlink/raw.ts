import { type Attribute, encodeAttributes } from './attribute.ts';
import type { Causes, Request } from './request.ts';

/** A message that no table describes yet. */
export function raw({ type, flags, header, attributes }: Message, { operation, causes }: Operation): Request<Buffer> {
  return {
    type,
    flags,
    write: (to) => {
      to.put(header);
      const encoded = encodeAttributes(attributes);
      to.put(encoded);
    },
    read: (body) => Buffer.from(body),
    words: () => operation,
    pathAt: () => [],
    causes,
  };
}

/** What a request is called, in the words of iproute2. */
export interface Operation {
  operation: string;
  causes?: Causes;
}

export interface Message {
  type: number;
  flags: number;
  header: Uint8Array;
  attributes: readonly Attribute[];
}
