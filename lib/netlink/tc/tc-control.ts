import { type Fixed, fixed } from '../codec/type.ts';
import type { ValueRule } from '../codec/value-rule.ts';

/** What happens to a packet after an action. */
export type Control =
  | 'pass'
  | 'drop'
  | 'pipe'
  | 'continue'
  | 'reclassify'
  | 'trap'
  | `goto chain ${number}`
  | `jump ${number}`;

/** `TC_ACT_*`; `stolen` is what a redirection does. */
const CONTROLS: Readonly<Record<string, readonly [kernel: string, number: number]>> = {
  continue: ['TC_ACT_UNSPEC', -1],
  pass: ['TC_ACT_OK', 0],
  reclassify: ['TC_ACT_RECLASSIFY', 1],
  drop: ['TC_ACT_SHOT', 2],
  pipe: ['TC_ACT_PIPE', 3],
  stolen: ['TC_ACT_STOLEN', 4],
  trap: ['TC_ACT_TRAP', 8],
};

/** `TC_ACT_JUMP`, `TC_ACT_GOTO_CHAIN`: the number is in the lower 28 bits. */
const EXTENDED = { jump: 1, 'goto chain': 2 } as const;
const SHIFT = 28;
const MOST = 2 ** SHIFT - 1;

const WORDS = Object.keys(CONTROLS).filter((word) => word !== 'stolen');

/** A word of iproute2's; of a number that hairpin does not know, its digits. */
export const tcControl: Fixed<string> & ValueRule = {
  ...fixed<string>(
    4,
    (bytes, at) => textOf(bytes.readInt32LE(at)),
    (bytes, at, value) => bytes.writeInt32LE(numberOf(value), at),
    { constants: Object.values(CONTROLS) },
  ),
  rule: `one of ${WORDS.join(', ')}, or such as 'goto chain 5' or 'jump 1'`,
  schema: { anyOf: [{ enum: WORDS }, { type: 'string', pattern: '^(goto chain|jump) \\d+$' }] },
  accept: (value) => {
    if (typeof value !== 'string') return undefined;
    const [, , number] = extended(value) ?? [];
    return WORDS.includes(value) || Number(number ?? MOST + 1) <= MOST ? value : undefined;
  },
};

function textOf(number: number): string {
  const word = Object.entries(CONTROLS).find(([, [, value]]) => value === number)?.[0];
  const kind = Object.entries(EXTENDED).find(([, high]) => number > 0 && number >>> SHIFT === high)?.[0];
  return word ?? (kind ? `${kind} ${number & MOST}` : String(number));
}

function numberOf(control: string): number {
  const [, kind, number] = extended(control) ?? [];
  if (kind) return (EXTENDED[kind as keyof typeof EXTENDED] << SHIFT) | Number(number);
  return CONTROLS[control]?.[1] ?? Number(control);
}

function extended(text: string): RegExpExecArray | null {
  return /^(goto chain|jump) (\d+)$/.exec(text);
}
