import { dissectFrame } from './dissect/ethernet.ts';
import type { Layer } from './dissect/layer.ts';

/**
 * An Ethernet frame in one line, in tcpdump's manner: `ARP who-has 10.0.0.102 tell 10.0.0.101`. Bytes that end too
 * early are `(truncated)`, those that contradict themselves `(malformed)`; nothing throws.
 */
export function describeFrame(bytes: Buffer): string {
  return dissectFrame(bytes).line;
}

/** The same frame layer by layer, from the outside in, with the fields of each. */
export function decodeFrameFields(bytes: Buffer): Layer[] {
  return dissectFrame(bytes).layers;
}
