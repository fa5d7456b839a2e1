import { useEffect } from 'preact/hooks';

/** Keys of the whole page, but not while the reader types or scrolls a box sideways, and not with a modifier. */
export function usePageKey(onKey: (event: KeyboardEvent) => void): void {
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      const { target } = event;
      const isTaken =
        target instanceof Element &&
        (target.closest('input, textarea, select') ||
          (target !== document.body && target.scrollWidth > target.clientWidth));
      if (isTaken || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      onKey(event);
    };
    addEventListener('keydown', handle);
    return () => removeEventListener('keydown', handle);
  });
}
