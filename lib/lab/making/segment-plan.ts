import { entryOf } from '../../base/entry-of.ts';
import { UsageError } from '../../base/validate.ts';
import { Segment } from '../segment.ts';

/** The segments of a lab: which there are, and what subnets the next one gets. */
export class SegmentPlan {
  readonly #segments: Segment[] = [];
  /** By what is below them; undefined: by the lab as a whole. */
  readonly #tagged = new Map<Segment | undefined, Map<string, Segment>>();
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

  /** What links of one tag on one segment have in common, such as VLANs of one id: a segment of its own. */
  tagged(below: Segment | undefined, tag: string, name: string): Segment {
    const tagged = entryOf(this.#tagged, below, () => new Map<string, Segment>());
    return entryOf(tagged, tag, () => this.add(name));
  }
}
