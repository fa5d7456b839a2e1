import { checkIsObject, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import type { Causes } from '../../netlink/request.ts';
import { TC_H_CLSACT, TC_H_ROOT, tcQdisc } from '../../netlink/tc/qdisc.ts';
import { QDISC_RULES, type QdiscKind, type QdiscOptionsOf } from '../../netlink/tc/qdisc-kinds.ts';
import { parseHandle } from '../../netlink/tc/tc-handle.ts';
import { checkOptionValues } from '../../state/entries/fields.ts';
import { type QdiscEntry, qdiscEntry } from '../../state/entries/qdisc-entry.ts';
import { qdiscPlaceFields } from '../../state/entries/tc-fields.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';

/** A queueing discipline, in the words of `tc qdisc` (camel-cased). */
export type QdiscOptions = { [K in QdiscKind]: { kind: K } & QdiscPlace & QdiscOptionsOf[K] }[QdiscKind];

/** Where a queueing discipline is. `clsact` and `ingress` have their own place. */
export interface QdiscPlace {
  /** `'root'`, or the class of another that it is the queue of, such as `'1:1'`. @default 'root' */
  parent?: string;
  /** Filters and children name it by this. @default the kernel's choice */
  handle?: string;
}

/** The queueing disciplines of one interface, as `tc qdisc` has them. `impair` adds netem. */
export class QdiscList {
  readonly #interface: Interface;

  constructor(owner: Interface) {
    this.#interface = owner;
  }

  /**
   * Adds a queueing discipline.
   *
   * @throws UsageError for a wrong option, and for a kind that hairpin does not make; KernelError `EEXIST` when one is there,
   * `ENOENT` when the kernel lacks the kind
   * @example eth0.qdisc.add({ kind: 'clsact' })
   * @example eth0.qdisc.add({ kind: 'prio', handle: '1:', bands: 4 })
   */
  add(options: QdiscOptions): void {
    this.#give('add', options, { EEXIST: 'there is one in this place already: replace it, or delete it first' });
  }

  /** Adds one in the place of another, or changes the options of the one that is there. @throws as {@link add} does */
  replace(options: QdiscOptions): void {
    this.#give('replace', options, {});
  }

  /**
   * Deletes one: the device has the kernel's own again. The filters of `clsact` go with it.
   *
   * @param place `{ kind: 'clsact' }`, or `{ parent: 'root' }`
   * @throws UsageError for a wrong option; KernelError `ENOENT` or `EINVAL` when there is none
   */
  delete(place: { kind?: 'clsact' | 'ingress'; parent?: string }): void {
    change(`${this.#interface}.qdisc.delete`, this.#interface, [place], (call) => {
      checkOptions(call, place, ['kind', 'parent']);
      const { kind, parent } = place;
      if ((kind === undefined) === (parent === undefined))
        throw new UsageError(`${call}: say kind, 'clsact' or 'ingress', or parent, such as 'root', and not both`);
      if (kind !== undefined && !IN_FRONT.includes(kind))
        throw wrongOption(call, 'kind', `one of ${IN_FRONT.join(', ')}: others are told by their parent`, kind);
      const checked = checkOptionValues(call, qdiscPlaceFields, { parent });
      const at = kind ? { kind, parent: TC_H_CLSACT } : { parent: parentOf(checked.parent) };
      const none = 'there is no such queueing discipline';
      this.#send(tcQdisc.delete({ device: this.#interface.index, ...at }, { ENOENT: none, EINVAL: none }));
    });
  }

  /** Those that the kernel has now, its own too. */
  list(): QdiscEntry[] {
    ask(`${this.#interface}.qdisc.list`, this.#interface);
    const { index, namespace } = this.#interface;
    const all = engineOf(namespace).rtnetlink.list(tcQdisc.all());
    return all.filter(({ device }) => device === index).map(qdiscEntry);
  }

  #give(verb: 'add' | 'replace', options: QdiscOptions, causes: Causes): void {
    change(`${this.#interface}.qdisc.${verb}`, this.#interface, [options], (call) => {
      const { kind, parent, handle, ...rest } = parse(call, options);
      const place = IN_FRONT.includes(kind) ? TC_H_CLSACT : parentOf(parent);
      const config = { device: this.#interface.index, parent: place, handle: handleOf(handle), kind, options: rest };
      const lacks = {
        ENOENT: `the kernel lacks the kind, or there is no such parent: CONFIG_NET_SCH_${OPTIONS[kind] ?? kind.toUpperCase()}`,
      };
      this.#send(tcQdisc[verb](config, { ...causes, ...lacks }));
    });
  }

  #send(request: ReturnType<typeof tcQdisc.add>): void {
    const { namespace } = this.#interface;
    engineOf(namespace.lab).visits.addFault();
    engineOf(namespace).rtnetlink.change(request);
  }
}

/** They are beside the root, where packets come in and go out. */
const IN_FRONT: readonly string[] = ['clsact', 'ingress'];

/** The kernel's option of a kind, where it is not named after it. */
const OPTIONS: Readonly<Partial<Record<QdiscKind, string>>> = {
  ...{ clsact: 'INGRESS', pfifo: 'FIFO', bfifo: 'FIFO', pfifo_head_drop: 'FIFO' },
};

/** @throws UsageError */
function parse(call: string, options: QdiscOptions): { kind: QdiscKind } & QdiscPlace {
  const kinds = Object.keys(QDISC_RULES);
  checkIsObject(call, options, 'kind');
  const { kind, ...rest } = options;
  const own = Object.hasOwn(QDISC_RULES, kind ?? '') ? QDISC_RULES[kind] : undefined;
  if (!own)
    throw wrongOption(
      call,
      'kind',
      `one of ${kinds.join(', ')}; others are made by exec: tc qdisc ${call.endsWith('add') ? 'add' : 'replace'} …`,
      kind,
    );
  const fields = IN_FRONT.includes(kind) ? own : { ...qdiscPlaceFields, ...own };
  checkOptions(call, options, ['kind', ...Object.keys(fields)]);
  const checked = checkOptionValues(call, fields, rest);
  checkTogether(call, checked);
  checkNeeded(call, kind, checked);
  return { kind, ...checked };
}

function checkTogether(
  call: string,
  { priomap, bands = 3, ceThreshold, ceThresholdSelector }: Record<string, unknown>,
): void {
  const map = priomap as readonly number[] | undefined;
  if (map && (map.length !== PRIORITIES || map.some((band) => band >= Number(bands))))
    throw wrongOption(call, 'priomap', `a list of 16 bands, each below ${bands}`, map);
  if (ceThresholdSelector !== undefined && ceThreshold === undefined)
    throw new UsageError(`${call}: ceThresholdSelector needs ceThreshold beside it`);
}

/** What the kernel, or `tc`, needs beside another. */
const NEEDED: { readonly [K in QdiscKind]?: readonly (keyof QdiscOptionsOf[K] & string)[] } = {
  tbf: ['rate', 'burst', 'limit'],
};

function checkNeeded(call: string, kind: QdiscKind, given: Record<string, unknown>): void {
  const missing = NEEDED[kind]?.find((option) => given[option] === undefined);
  if (missing)
    throw new UsageError(`${call}: ${missing} of ${kind} must be given: ${QDISC_RULES[kind][missing]?.rule}`);
  if (kind === 'tbf' && (given['peakrate'] === undefined) !== (given['mtu'] === undefined))
    throw new UsageError(`${call}: peakrate and mtu of tbf need each other`);
  for (const option of ['jitter', 'reorder'])
    if (kind === 'netem' && given[option] !== undefined && !given['delay'])
      throw new UsageError(`${call}: ${option} of netem needs delay beside it: without one no packet waits`);
}

/** `TC_PRIO_MAX` + 1 */
const PRIORITIES = 16;

function parentOf(parent: string | undefined): number {
  return parent === undefined || parent === 'root' ? TC_H_ROOT : (parseHandle(parent) ?? TC_H_ROOT);
}

function handleOf(handle: string | undefined): number | undefined {
  return handle === undefined ? undefined : parseHandle(handle);
}
