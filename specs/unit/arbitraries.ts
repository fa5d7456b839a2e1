import fc from 'fast-check';

const octet = fc.integer({ min: 0, max: 255 });

/** Any bytes at all, mostly about as long as headers are. */
export const bytes = fc.uint8Array({ maxLength: 120 }).map((array) => Buffer.from(array));

export const mac = fc
  .array(octet, { minLength: 6, maxLength: 6 })
  .map((six) => six.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));

export const ipv4 = fc.tuple(octet, octet, octet, octet).map((four) => four.join('.'));

/** The eight groups of an IPv6 address, with many zeros: where the short forms differ. */
export const ipv6Groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
  minLength: 8,
  maxLength: 8,
});

/** The short form as the WHATWG URL parser writes it, which is RFC 5952's and none of our code. */
export function shortForm(groups: readonly number[]): string {
  const full = groups.map((group) => group.toString(16)).join(':');
  return new URL(`http://[${full}]/`).hostname.slice(1, -1);
}

export const ipv6 = ipv6Groups.map(shortForm);

/** `bytes` cut short anywhere, and with any of them changed: what a decoder must stand. */
export function damaged(whole: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.tuple(fc.nat({ max: whole.length - 1 }), octet);
  return fc.tuple(fc.nat({ max: whole.length }), fc.array(change, { maxLength: 4 })).map(([length, changes]) => {
    const copy = Buffer.from(whole);
    for (const [at, value] of changes) copy[at] = value;
    return copy.subarray(0, length);
  });
}

/**
 * How many cases a property has: a few, always the same, unless `FUZZ` asks for more of them. These differ from run to run;
 * what fails says its seed.
 */
export function numRuns(usual: number): { numRuns: number; seed?: number } {
  const wanted = Number(process.env['FUZZ']);
  return wanted > 0 ? { numRuns: wanted } : { numRuns: usual, seed: 1 };
}
