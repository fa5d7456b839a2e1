import { u32 } from '../codec/scalars.ts';
import { type Fixed, fixed } from '../codec/type.ts';
import type { ValueRule } from '../codec/value-rule.ts';

const UNITS = { tbit: 1e12, gbit: 1e9, mbit: 1e6, kbit: 1e3, bit: 1 } as const;
type Unit = keyof typeof UNITS;

export const RATE_RULE = "bits a second such as '512kbit', '10mbit' or '1.5gbit', 8bit at least";

/** The bits a second of a text such as `10mbit`: whole bytes, since the kernel counts these. Undefined for a text that is none. */
export function parseRate(text: unknown): number | undefined {
  const [, number, unit] = (typeof text === 'string' && /^(\d+(?:\.\d+)?)([kmgt]?bit)$/.exec(text)) || [];
  const bits = number === undefined ? 0 : Number(number) * UNITS[unit as Unit];
  return bits >= 8 && Number.isFinite(bits) ? Math.round(bits / 8) * 8 : undefined;
}

/** In the largest unit of which it is a whole number. */
export function rateText(bits: number): string {
  const unit = (Object.keys(UNITS) as Unit[]).find((each) => bits % UNITS[each] === 0) ?? 'bit';
  return `${bits / UNITS[unit]}${unit}`;
}

/** As a spec says it. */
export const rate: ValueRule = {
  rule: RATE_RULE,
  schema: { type: 'string', pattern: '^\\d+(\\.\\d+)?[kmgt]?bit$' },
  accept: (value) => {
    const bits = parseRate(value);
    return bits === undefined ? undefined : rateText(bits);
  },
};

/** In 32 bits, of bytes a second. */
export const tcRate: Fixed<string> = fixed<string>(
  4,
  (bytes, at) => rateText(u32.readAt(bytes, at) * 8),
  (bytes, at, value) => u32.writeAt(bytes, at, bytesASecond(value)),
  rate,
);

export function bytesASecond(rate: string): number {
  return (parseRate(rate) ?? 0) / 8;
}
