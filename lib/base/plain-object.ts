/** Whether a value is what `{ … }` makes: no list, and no object of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether a value has named members: an object, of a class or not, but no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with these properties alone. */
export function pick<T extends object>(from: T, names: readonly string[]): Partial<T> {
  return keep(from, (name) => names.includes(name));
}

/** An object without these properties. */
export function omit<T extends object>(from: T, names: readonly string[]): Partial<T> {
  return keep(from, (name) => !names.includes(name));
}

/** An object without the properties that are undefined. */
export function withoutUndefined<T extends object>(from: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return keep(from, (_, value) => value !== undefined) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function keep<T extends object>(from: T, isKept: (name: string, value: unknown) => boolean): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([name, value]) => isKept(name, value))) as Partial<T>;
}
