import type { Expression } from '../../netlink/ruleset/expression.ts';
import type { FilterChain, FilterRule, FilterSet } from '../../netlink/ruleset/read-ruleset.ts';
import { bitsText, ctField, type Field, metaField, payloadField } from './fields.ts';
import { setText } from './set-text.ts';
import { statementText } from './statement-text.ts';

/** What a rule's text is written with. */
export interface Vocabulary {
  family: FilterChain['family'];
  sets: readonly FilterSet[];
  /** The name of a device of the rule's namespace. */
  deviceName: (index: number) => string | undefined;
}

/** One term of a rule, and the context that it gives to later ones (`meta l4proto tcp` to `tcp dport 80`). */
interface Clause {
  text: string;
  /** What it says, in a form that {@link Field.needs} may ask for. */
  implies?: string | undefined;
}

/**
 * A rule as `nft list ruleset` prints it, with its counter. What hairpin cannot read is an ellipsis.
 *
 * @example ruleText(rule, { family: 'ip', sets: [], deviceName }) // 'tcp dport 80 counter packets 3 bytes 180 drop'
 */
export function ruleText(rule: FilterRule, vocabulary: Vocabulary): string {
  const writer = new Writer(vocabulary);
  for (const expression of rule.expressions) writer.write(expression);
  const comment = rule.comment === undefined ? [] : [`comment "${rule.comment}"`];
  return [...writer.clauses.map(({ text }) => text), ...comment].join(' ');
}

class Writer {
  readonly clauses: Clause[] = [];
  readonly #vocabulary: Vocabulary;
  /** What each register was last loaded with. */
  readonly #loads = new Map<number, Field & { mask?: Buffer }>();
  #protocol: number | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  write(expression: Expression): void {
    switch (expression.type) {
      case 'meta':
        this.#loads.set(expression.register, metaField(expression.key, this.#vocabulary.deviceName));
        return;
      case 'ct':
        this.#loads.set(expression.register, ctField(expression.key));
        return;
      case 'payload':
        this.#loads.set(expression.register, this.#payload(expression));
        return;
      case 'bitwise': {
        const field = this.#loads.get(expression.source);
        if (field) this.#loads.set(expression.register, { ...field, mask: expression.mask });
        return;
      }
      case 'byteorder': {
        // Numbers of the machine's own order are turned around where their order counts.
        const { value, ...field } = this.#loads.get(expression.source) ?? { name: '…', length: 4 };
        const turned = value && { value: (bytes: Buffer) => value(Buffer.from(bytes).reverse()) };
        this.#loads.set(expression.register, { ...field, ...turned });
        return;
      }
      case 'compare':
        this.#compare(expression);
        return;
      case 'range':
        this.#term(
          expression.register,
          expression.inverted ? '!= ' : '',
          (field) => `${valueText(field, expression.from)}-${valueText(field, expression.to)}`,
        );
        return;
      case 'lookup':
        this.#lookUp(expression);
        return;
      case 'load':
        return;
      default:
        this.#say(statementText(expression, this.#vocabulary.family));
    }
  }

  /** One ellipsis is enough for whatever is left out at a place. */
  #say(text: string): void {
    if (text !== '…' || this.clauses.at(-1)?.text !== '…') this.clauses.push({ text });
  }

  #payload({ base, offset, length }: Extract<Expression, { type: 'payload' }>): Field {
    const { family } = this.#vocabulary;
    return payloadField({ base, offset, length }, { family, protocol: this.#protocol, network: this.#network() });
  }

  /** The network protocol that the rule has said so far, or its family. */
  #network(): string | undefined {
    const { family } = this.#vocabulary;
    if (family === 'ip' || family === 'ip6' || family === 'arp') return family;
    const said = this.clauses.findLast(({ implies }) => implies?.startsWith('network '))?.implies;
    return said?.slice('network '.length) ?? this.#said;
  }

  #said: string | undefined;

  #compare({ register, by, value }: Extract<Expression, { type: 'compare' }>): void {
    const field = this.#loads.get(register);
    if (!field) {
      this.#say('…');
      return;
    }
    const last = this.clauses.at(-1);
    const lowEnd = `${field.name} >= `;
    if (by === '<=' && last?.text.startsWith(lowEnd)) {
      // Two comparisons of one load are a range.
      last.text = `${field.name} ${last.text.slice(lowEnd.length)}-${valueText(field, value)}`;
      return;
    }
    this.#keep(field);
    if (field.mask) {
      this.clauses.push({ text: bitsText(field, by, value) });
      return;
    }
    const operator = by === '==' ? '' : `${by} `;
    const implies = by === '==' ? field.implies?.(value) : undefined;
    if (implies?.startsWith('network ')) this.#said = implies.slice('network '.length);
    if (implies?.startsWith('protocol ')) this.#protocol = Number(implies.slice('protocol '.length));
    this.clauses.push({ text: `${field.name} ${operator}${valueText(field, value)}`, implies });
  }

  #term(register: number, operator: string, text: (field: Field) => string): void {
    const field = this.#loads.get(register);
    if (!field) {
      this.#say('…');
      return;
    }
    this.#keep(field);
    this.clauses.push({ text: `${field.name} ${operator}${text(field)}` });
  }

  /** Terms that a field's own name says already are left out, as nft does (`payload_dependency_kill`). */
  #keep({ needs = [] }: Field): void {
    for (const need of needs) {
      const at = this.clauses.findIndex(({ implies }) => implies === need);
      if (at >= 0) this.clauses.splice(at, 1);
    }
  }

  #lookUp({ set: name, register, target, inverted }: Extract<Expression, { type: 'lookup' }>): void {
    const set = this.#vocabulary.sets.find((each) => each.name === name);
    const fields: Field[] = [];
    const keyLength = set?.elements.find(({ catchAll }) => !catchAll)?.key.length ?? 0;
    // A concatenation is loaded into registers side by side.
    for (let length = 0; fields.length === 0 || length < keyLength; ) {
      const field = this.#loads.get(register + length / 4);
      if (!field) break;
      fields.push(field);
      length += Math.ceil(field.length / 4) * 4;
    }
    for (const field of fields) this.#keep(field);
    const names = fields.length > 0 ? fields.map((field) => field.name).join(' . ') : '…';
    const operator = target === undefined ? (inverted ? '!= ' : '') : target === 0 ? 'vmap ' : 'map ';
    this.clauses.push({ text: `${names} ${operator}${set ? setText(set, fields) : `@${name}`}` });
  }
}

function valueText(field: Field, value: Buffer): string {
  return field.value?.(value) ?? `0x${value.toString('hex')}`;
}
