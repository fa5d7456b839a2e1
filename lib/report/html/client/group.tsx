import type { ComponentChildren } from 'preact';

interface Props {
  class: 'folder' | 'file';
  name: string;
  /** Folders hold files: a heading of the next level. */
  level: 2 | 3;
  failed: number;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
  children: ComponentChildren;
}

/** A folder or a file of the list, which can be closed. */
export function Group({ class: kind, name, level, failed, isOpen, onToggle, children }: Props) {
  const Heading = `h${level}` as const;
  return (
    <details class={kind} open={isOpen} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>
        <Heading>{name}</Heading> {failed > 0 && <em>{`${failed} failed`}</em>}
      </summary>
      {children}
    </details>
  );
}
