import type { Event, Events, Interface } from '../lab/index.ts';

/** `expect.stringMatching(…)` and its like; vitest itself types them as `any`. */
export interface AsymmetricValue {
  asymmetricMatch(other: unknown): boolean;
}

/** The parts of an entry that a spec expects, each as a value or an asymmetric matcher. */
export type Expected<Entry> = AsymmetricValue | { [Name in keyof Entry]?: ExpectedValue<Entry[Name]> };

type ExpectedValue<Value> = Value | AsymmetricValue | DeviceFor<Value> | Inner<Value>;

/** An interface stands for its name. */
type DeviceFor<Value> = string extends Value ? Interface : never;

type Inner<Value> = Value extends readonly (infer Member)[]
  ? readonly Expected<Member>[]
  : Value extends object
    ? Expected<Value>
    : never;

/** The routing tables that have names may be said by them. */
export type WithNamedTable<Entry> = Omit<Entry, 'table'> & { table: number | 'main' | 'local' | 'default' };

/** What a spec says of an event of a monitor. */
export type ExpectedEvent<Monitor> = Monitor extends Events<infer K> ? Expected<Event<K>> : never;
