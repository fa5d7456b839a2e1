import type { Namespace } from '../../lab/index.ts';
import { hadNftables } from '../../netlink/nftables.ts';
import { type FilterChain, type FilterRule, type Ruleset, readRuleset } from '../../netlink/ruleset/read-ruleset.ts';

/**
 * The packet filters of the namespaces that an explanation asks about, read when they are first asked for; and again
 * after one more probe, so that the counters say which rules it met.
 */
export class FilterWitness {
  readonly #before = new Map<Namespace, Ruleset | undefined>();
  readonly #after = new Map<Namespace, Ruleset | undefined>();

  /** Whether the sender was told that the packet does not come through. */
  readonly refused: boolean;

  /** Where an answer came by, to this probe or to one before it: to connection tracking the probe is not new there. */
  readonly answered: ReadonlySet<Namespace>;

  #acquitted = false;
  #convicted = false;

  constructor({
    refused = false,
    answered = new Set(),
  }: {
    refused?: boolean;
    answered?: ReadonlySet<Namespace>;
  } = {}) {
    this.refused = refused;
    this.answered = answered;
  }

  /** Says that no packet filter dropped the probe, whatever their rules look like: the kernel knows. */
  acquitAll(): void {
    this.#acquitted = true;
  }

  /** Says that it was a packet filter where the probe was last seen, whatever else might have kept it: the kernel knows. */
  convict(): void {
    this.#convicted = true;
  }

  get convicted(): boolean {
    return this.#convicted;
  }

  /** Undefined where there are none, or they cannot be read. */
  rulesetOf(namespace: Namespace): Ruleset | undefined {
    return this.#acquitted ? undefined : this.everyRuleOf(namespace);
  }

  /** Those of a packet filter that is acquitted as well: what it translates, it translates. */
  everyRuleOf(namespace: Namespace): Ruleset | undefined {
    const later = this.#after.get(namespace);
    if (later) return later;
    if (!this.#before.has(namespace)) this.#before.set(namespace, read(namespace));
    return this.#before.get(namespace);
  }

  /** Whether any namespace asked about has packet filters. */
  get hasFilters(): boolean {
    return [...this.#before.values()].some((ruleset) => ruleset !== undefined);
  }

  /** Reads them again. Called when one more probe has been sent. */
  lookAgain(): void {
    for (const [namespace, before] of this.#before) if (before) this.#after.set(namespace, read(namespace));
  }

  /** Whether a rule has a counter that says that the probe did not get to its verdict. */
  isInnocent(namespace: Namespace, chain: FilterChain, rule: FilterRule): boolean {
    const count = counted(rule);
    if (count === undefined) return false;
    if (count === 0n) return true;
    const before = this.#after.has(namespace) ? this.#before.get(namespace) : undefined;
    const earlier = before?.chains
      .find((each) => each.family === chain.family && each.table === chain.table && each.name === chain.name)
      ?.rules.find(({ handle }) => handle === rule.handle);
    return earlier !== undefined && counted(earlier) === count;
  }
}

function read(namespace: Namespace): Ruleset | undefined {
  return hadNftables(namespace.handle) ? readRuleset(namespace.handle) : undefined;
}

/** What the last of a rule's own counters has counted: of two, it is behind more of the terms. */
function counted({ expressions }: FilterRule): bigint | undefined {
  return expressions.findLast((expression) => expression.type === 'counter')?.packets;
}
