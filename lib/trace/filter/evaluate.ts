import type { Expression, Verdict } from '../../netlink/ruleset/expression.ts';
import type { FilterChain, FilterRule, FilterSet } from '../../netlink/ruleset/read-ruleset.ts';
import { findElement } from './find-element.ts';
import { loadMeta } from './load-meta.ts';
import { bytesAt, type HookedPacket, headersOf } from './packet.ts';

/** What a rule makes of a packet. */
export interface Evaluation {
  /** Whether the packet is what the rule is about. */
  matches: 'yes' | 'no' | 'perhaps';
  /** What becomes of it then; `unknown` for what hairpin cannot read. */
  verdict: Verdict | { kind: 'reject' } | { kind: 'unknown' } | undefined;
}

/** `NFT_REG32_00` to `15`, each known or not. */
type Registers = (Buffer | undefined)[];

/** Goes through a rule as `nft_do_chain` does, with three answers where the kernel has two. */
export function evaluate(
  rule: FilterRule,
  packet: HookedPacket,
  { family, sets }: { family: FilterChain['family']; sets: readonly FilterSet[] },
): Evaluation {
  const registers: Registers = [];
  let matches: 'yes' | 'perhaps' = 'yes';
  let verdict: Evaluation['verdict'];
  for (const expression of rule.expressions) {
    if (verdict !== undefined) break;
    const step = evaluateOne(expression, registers, packet, { family, sets });
    if (step === 'no') return { matches: 'no', verdict: undefined };
    if (step === 'perhaps') matches = 'perhaps';
    else if (step !== 'yes') verdict = step;
  }
  return { matches, verdict };
}

type Step = 'yes' | 'no' | 'perhaps' | NonNullable<Evaluation['verdict']>;

function evaluateOne(
  expression: Expression,
  registers: Registers,
  packet: HookedPacket,
  { family, sets }: { family: FilterChain['family']; sets: readonly FilterSet[] },
): Step {
  switch (expression.type) {
    case 'meta':
      return load(registers, expression.register, loadMeta(expression.key, packet, family), 4);
    case 'ct':
      return load(registers, expression.register, loadState(expression.key, packet), 4);
    case 'payload':
      return loadPayload(registers, expression, packet);
    case 'compare':
      return compare(expression, read(registers, expression.register, expression.value.length));
    case 'range':
      return inRange(expression, read(registers, expression.register, expression.from.length));
    case 'bitwise':
      return bitwise(expression, registers);
    case 'byteorder':
      return swap(expression, registers);
    case 'lookup':
      return lookUp(expression, registers, sets);
    case 'verdict':
      return expression.verdict.kind === 'continue' ? 'yes' : expression.verdict;
    case 'reject':
      return { kind: 'reject' };
    case 'load':
      return load(registers, expression.register, expression.value, 4);
    case 'counter':
    case 'named-counter':
    case 'log':
    case 'note':
    case 'notrack':
      return 'yes';
    case 'match':
      return expression.name === 'comment' ? 'yes' : 'perhaps';
    case 'target':
      return XT_TARGETS[expression.name] ?? { kind: 'unknown' };
    case 'limit':
      return 'perhaps';
    case 'unknown':
      // Whatever it is, it may have written any register.
      registers.length = 0;
      return CHANGES_PACKETS.has(expression.name) ? { kind: 'unknown' } : 'perhaps';
  }
}

const XT_TARGETS: Record<string, Step> = { REJECT: { kind: 'reject' }, LOG: 'yes', NFLOG: 'yes' };

/** Statements that end a rule's chain in ways of their own, or make another packet of it. */
const CHANGES_PACKETS = new Set(['nat', 'masq', 'redir', 'tproxy', 'fwd', 'dup', 'queue', 'synproxy', 'payload']);

/** Values in registers are padded to whole cells. */
function load(registers: Registers, register: number, value: Buffer | undefined, width: number): Step {
  const length = Math.ceil((value?.length ?? width) / 4) * 4;
  const padded = value && Buffer.concat([value], length);
  for (let at = 0; at < length; at += 4) registers[register + at / 4] = padded?.subarray(at, at + 4);
  return 'yes';
}

function read(registers: Registers, register: number, length: number): Buffer | undefined {
  const cells: Buffer[] = [];
  for (let at = 0; at < length; at += 4) {
    const cell = registers[register + at / 4];
    if (!cell) return undefined;
    cells.push(cell);
  }
  return Buffer.concat(cells).subarray(0, length);
}

/** Of an Ethernet header, what stands before a VLAN's tag. */
const ADDRESSES = 12;
const BASES = ['link', 'network', 'transport'] as const;

function loadPayload(
  registers: Registers,
  { register, base, offset, length }: Extract<Expression, { type: 'payload' }>,
  packet: HookedPacket,
): Step {
  const headers = headersOf(packet);
  const starts = { link: 0, network: headers.network, transport: headers.transport };
  const start = starts[BASES[base] ?? 'transport'];
  // An inner header (base 3) is none that hairpin's probes have.
  const isSure = base === 0 ? headers.network !== undefined || offset + length <= ADDRESSES : base <= 2;
  const value = isSure && start !== undefined ? bytesAt(packet, start + offset, length) : undefined;
  return load(registers, register, value, length);
}

const CT_STATE = 0;
const STATE_BITS = { established: 2, new: 8 } as const;

function loadState(key: number, { state }: HookedPacket): Buffer | undefined {
  if (key !== CT_STATE || state === undefined) return undefined;
  const value = Buffer.alloc(4);
  value.writeUInt32LE(STATE_BITS[state]);
  return value;
}

function compare({ by, value }: Extract<Expression, { type: 'compare' }>, found: Buffer | undefined): Step {
  if (!found) return 'perhaps';
  const order = Buffer.compare(found, value);
  const holds = {
    '==': order === 0,
    '!=': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  };
  return holds[by] ? 'yes' : 'no';
}

function inRange({ inverted, from, to }: Extract<Expression, { type: 'range' }>, found: Buffer | undefined): Step {
  if (!found) return 'perhaps';
  const inside = Buffer.compare(found, from) >= 0 && Buffer.compare(found, to) <= 0;
  return inside !== inverted ? 'yes' : 'no';
}

function bitwise(
  { register, source, mask, xor }: Extract<Expression, { type: 'bitwise' }>,
  registers: Registers,
): Step {
  const found = read(registers, source, mask.length);
  const value = found?.map((byte, at) => (byte & (mask[at] ?? 0)) ^ (xor[at] ?? 0));
  return load(registers, register, value && Buffer.from(value), mask.length);
}

function swap(
  { register, source, length, size }: Extract<Expression, { type: 'byteorder' }>,
  registers: Registers,
): Step {
  const found = read(registers, source, length);
  const value = found && Buffer.from(found);
  // nft_byteorder_eval turns whole words alone: of a key of one byte, none.
  const whole = value?.subarray(0, length - (length % size));
  if (size === 2) whole?.swap16();
  else if (size === 4) whole?.swap32();
  else whole?.swap64();
  return load(registers, register, value, length);
}

function lookUp(
  { set: name, register, target, inverted }: Extract<Expression, { type: 'lookup' }>,
  registers: Registers,
  sets: readonly FilterSet[],
): Step {
  const set = sets.find((each) => each.name === name);
  const length = set?.elements.find(({ catchAll }) => !catchAll)?.key.length ?? 0;
  const key = read(registers, register, length);
  const element = set && key && !set.changing ? findElement(set, key) : 'unknown';
  if (element === 'unknown') {
    if (target !== undefined) registers.length = 0;
    return target === 0 ? { kind: 'unknown' } : 'perhaps';
  }
  if ((element !== undefined) === inverted) return 'no';
  if (element?.verdict) return element.verdict.kind === 'continue' ? 'yes' : element.verdict;
  // What a map of values gives is for registers that only statements read which hairpin does not evaluate.
  if (target !== undefined) registers.length = 0;
  return 'yes';
}
