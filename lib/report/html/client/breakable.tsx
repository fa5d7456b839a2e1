import { Fragment } from 'preact';

/** A word longer than this may not fit; a MAC address always does. */
const LONG = 20;

/** A text whose long words may be broken behind `_`, `:` and `/`: an IPv6 address, a drop reason of the kernel, a path. */
export function breakable(text: string) {
  return text.split(new RegExp(`(\\S{${LONG},})`)).map((part) => {
    if (part.length < LONG || /\s/.test(part)) return part;
    return part.split(/(?<=[_:/])(?=.)/).map((piece, number) => (
      <Fragment key={number}>
        {number > 0 && <wbr />}
        {piece}
      </Fragment>
    ));
  });
}
