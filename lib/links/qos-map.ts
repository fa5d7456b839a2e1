import { isObject } from '../base/plain-object.ts';
import { list } from '../netlink/codec/list.ts';
import { u32 } from '../netlink/codec/scalars.ts';
import { struct } from '../netlink/codec/struct.ts';
import type { Type } from '../netlink/codec/type.ts';

/** A map of priorities to priorities: `{ 0: 2, 5: 3 }`. */
export type QosMap = { readonly [from: number]: number };

/** PCP, three bits of a tag (IEEE 802.1Q-2018 clause 9.6). */
const HIGHEST_IN_TAG = 7;
/** `skb->priority`, a number of 32 bits. */
const HIGHEST_OF_PACKET = 2 ** 32 - 1;

/** From the priority in a tag to the packet's, and the other way round. */
export const ingressQosMap = qosMap(HIGHEST_IN_TAG, HIGHEST_OF_PACKET, "the tag's priority", "the packet's");
export const egressQosMap = qosMap(HIGHEST_OF_PACKET, HIGHEST_IN_TAG, "the packet's priority", "the tag's");

const IFLA_VLAN_QOS_MAPPING = 1;
const mappings = list(IFLA_VLAN_QOS_MAPPING, struct('ifla_vlan_qos_mapping', { from: u32, to: u32 }));

function qosMap(highestFrom: number, highestTo: number, from: string, to: string): Type<QosMap> {
  const isWhole = (value: unknown, most: number) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
  const isMap = (value: unknown): value is QosMap =>
    isObject(value) &&
    Object.entries(value).every(
      ([key, mapped]) => /^\d+$/.test(key) && isWhole(Number(key), highestFrom) && isWhole(mapped, highestTo),
    );
  return {
    isNested: true,
    get parts() {
      return mappings.parts ?? [];
    },
    rule: `a map of ${from}, 0 to ${highestFrom}, to ${to}, 0 to ${highestTo}, such as { 1: 2 }`,
    schema: {
      type: 'object',
      patternProperties: { '^\\d+$': { type: 'integer', minimum: 0, maximum: highestTo } },
      additionalProperties: false,
    },
    accept: (value) => (isMap(value) ? value : undefined),
    write: (to, map) =>
      mappings.write(
        to,
        pairsOf(map).map(([key, mapped]) => ({ from: key, to: mapped })),
      ),
    read: (bytes) => Object.fromEntries(mappings.read(bytes).map((each) => [each.from, each.to])),
    words: (map) => pairsOf(map).map(([key, mapped]) => `${key}:${mapped}`),
  };
}

function pairsOf(map: QosMap): [from: number, to: number][] {
  return Object.entries(map).map(([from, to]) => [Number(from), to]);
}
