import { UsageError } from '../kernel/validate.ts';

/** What to write in place of a name, by the names that readers guess. `it` is the object, as the spec has it. */
export type Hints = Readonly<Partial<Record<string | symbol, (it: string) => string>>>;

/**
 * Has names that a class lacks, but other tools have, say what to write. JavaScript alone says "a.ping is not a function",
 * and `test.fails` would take that for the failure that it expects.
 *
 * The proxy is behind the class: it is asked only for names that no object of the class has, and it lists none itself.
 *
 * @param nameOf the object, as the spec has it
 */
export function hintAt<T extends object>(
  { prototype }: { readonly prototype: T },
  hints: Hints,
  nameOf: (it: T) => string,
): void {
  const above = new Proxy(Object.create(Object.getPrototypeOf(prototype)), {
    get(target, key, it: T) {
      const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
      if (!hint) return Reflect.get(target, key, it);
      const name = nameOf(it);
      const member = typeof key === 'symbol' ? `[${key.description}]` : `.${key}`;
      throw new UsageError(`${name}${member} does not exist: ${hint(name)}`);
    },
  });
  Object.setPrototypeOf(prototype, above);
}
