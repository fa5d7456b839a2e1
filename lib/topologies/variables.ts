import { type Call, Ref } from './call.ts';
import { endOf, type Mapping } from './topology.ts';

/** Words that no variable of a spec can have for a name. */
const TAKEN = (
  'lab test expect await break case catch class const continue debugger default delete do else enum ' +
  'eval export extends false finally for function if import in instanceof interface let new null ' +
  'package private protected public return static super switch this throw true try typeof undefined ' +
  'var void while with yield arguments implements'
).split(' ');

/** The variables of a spec: one for each namespace and device that a later call needs. */
export class Variables {
  readonly #names = new Map<string, string>();
  readonly #used: ReadonlySet<string>;

  constructor(calls: readonly Call[]) {
    this.#used = new Set(
      calls.flatMap(({ on, args }) => [...(on ? [on] : []), ...refsIn(args)]).map(({ name }) => name),
    );
  }

  of({ name }: Ref): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const wanted = identifier(name);
    const taken = [...TAKEN, ...this.#names.values()];
    let free = wanted;
    for (let number = 2; taken.includes(free); number++) free = `${wanted}${number}`;
    this.#names.set(name, free);
    return free;
  }

  /** `const ns1 = `, or nothing where nobody needs what a call makes. */
  declaration(call: Call): string {
    if (call.makes === 'namespace') return this.#declare(String(call.args[0]));
    if (call.makes === 'device') {
      const [, options] = call.args.length > 1 ? call.args : [undefined, call.args[0]];
      return this.#declare(`${call.on?.name}/${Object(options).name}`);
    }
    if (call.makes !== 'cable') return '';
    const [a, b, options] = call.args as [Ref, Ref, Mapping | undefined];
    const ends = [a, b].flatMap((node, at) => {
      const which = at === 0 ? 'a' : 'b';
      const { name } = Object(options?.[which] === undefined ? {} : endOf(options, which));
      const device = `${node.name}/${name}`;
      return this.#used.has(device) ? [`${which}: ${this.of(new Ref(device, []))}`] : [];
    });
    return ends.length > 0 ? `const { ${ends.join(', ')} } = ` : '';
  }

  #declare(name: string): string {
    return this.#used.has(name) ? `const ${this.of(new Ref(name, []))} = ` : '';
  }
}

function refsIn(value: unknown): Ref[] {
  if (value instanceof Ref) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(refsIn) : [];
}

/** `web/eth0.10` becomes `webEth0_10`. */
function identifier(name: string): string {
  const [namespace = '', device] = name.split('/');
  const words = [namespace, ...(device === undefined ? [] : [device])].map((word) =>
    word.replaceAll(/[^A-Za-z0-9]+(\w)?/g, (_, next = '') => (/\d/.test(next) ? `_${next}` : next.toUpperCase())),
  );
  const [first = '', ...others] = words;
  const joined = [first, ...others.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
  return /^[A-Za-z]/.test(joined) ? joined.charAt(0).toLowerCase() + joined.slice(1) : `ns${joined}`;
}
