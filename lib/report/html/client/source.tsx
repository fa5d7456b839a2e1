import type { SourceLines } from '../page-data.ts';

/** The lines around a failure, with its own marked. */
export function Source({ source: { first, failing, lines }, label }: { source: SourceLines; label: string }) {
  const width = String(first + lines.length - 1).length;
  return (
    <section class="source" tabIndex={0} aria-label={label}>
      {lines.map((line, index) => {
        const number = first + index;
        const mark = number === failing ? '❯' : ' ';
        return (
          <span key={number} class={number === failing ? 'failing' : undefined}>
            {`${mark} ${String(number).padStart(width)}  ${line}\n`}
          </span>
        );
      })}
    </section>
  );
}
