/**
 * The list by arrow keys, as in a tree: up and down over the search and all that can be seen of the list; left closes a
 * folder or a file, or leads from a test to its file; right opens.
 */
export function moveByKey(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const { target, key, currentTarget: list } = event;
  if (!(target instanceof HTMLElement) || (target instanceof HTMLInputElement && target.type !== 'search')) return;
  const act = target instanceof HTMLInputElement ? undefined : SIDEWAYS[key];
  const goal = act ? act(target) : neighbour(list, target, { ArrowDown: 1, ArrowUp: -1 }[key]);
  // To the left and right the page would walk the packet's path.
  if (act) event.stopPropagation();
  if (!goal) return;
  event.preventDefault();
  goal.focus();
}

const SIDEWAYS: Record<string, (target: HTMLElement) => HTMLElement | null | undefined> = {
  ArrowLeft: (target) => {
    const own = target.closest('details');
    if (target instanceof HTMLAnchorElement) return own?.querySelector('summary');
    if (!own?.open) return own?.parentElement?.closest('details')?.querySelector('summary');
    own.open = false;
    return target;
  },
  ArrowRight: (target) => {
    const own = target.closest('details');
    if (own && target.matches('summary')) own.open = true;
    return target;
  },
};

function neighbour(list: HTMLElement, target: HTMLElement, step: number | undefined): HTMLElement | undefined {
  const all = [...list.querySelectorAll<HTMLElement>('input[type=search], summary, a')].filter((each) =>
    each.checkVisibility(),
  );
  const at = all.indexOf(target);
  return step === undefined || at < 0 ? undefined : all[at + step];
}
