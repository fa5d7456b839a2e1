import { UsageError } from '../kernel/validate.ts';
import { Segment } from './segment.ts';

/** The segments of a lab: which there are, and what subnets the next one gets. */
export class SegmentPlan {
  readonly #segments: Segment[] = [];
  readonly #vlans = new Map<Segment, Map<string, Segment>>();
  #number = 0;

  /** A segment of its own subnets, or of the ones that a spec chose; no two of a lab overlap. */
  add(name: string, chosen?: readonly string[]): Segment {
    const segment = new Segment(name, this.#number++, chosen);
    const other = this.#segments.find((each) => each.overlaps(segment));
    if (other && chosen) {
      throw new UsageError(
        `switch ${name}: subnets ${chosen.join(', ')} overlap with those of ${other.name}: ${other.describe()}`,
      );
    }
    if (other) return this.add(name);
    this.#segments.push(segment);
    return segment;
  }

  /** Makes what is on a segment of its own. Where that fails, nobody has the segment's subnets, and the next one gets them. */
  addFor<T>(name: string, make: (segment: Segment) => T, chosen?: readonly string[]): T {
    const number = this.#number;
    const segment = this.add(name, chosen);
    try {
      return make(segment);
    } catch (error) {
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      this.#number = number;
      throw error;
    }
  }

  /** What VLANs of one tag on one segment have in common: a segment of its own. */
  ofVlan(below: Segment, tag: string, name: string): Segment {
    const vlans = this.#vlans.get(below) ?? new Map<string, Segment>();
    this.#vlans.set(below, vlans);
    const segment = vlans.get(tag) ?? this.add(name);
    vlans.set(tag, segment);
    return segment;
  }
}
