import { noteFeature } from '../kernel/features.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { OpenNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink } from '../netlink/link.ts';
import type { Names } from '../netlink/names.ts';
import type { Causes, Request } from '../netlink/request.ts';
import type { LinkKind } from './link-kind.ts';

interface Place extends OpenNamespace {
  /** For the words of errors. */
  readonly name?: string;
}

type Values = Readonly<Record<string, unknown>>;
type NewDevice = { index: number; name: string } & Parameters<typeof ipLink.change>[0];

/** Makes a link, where what is below it is: by rtnetlink, or as its kind is made ({@link LinkDescription.making}). */
export function makeLink(place: Place, kind: LinkKind, device: NewDevice, settings: Values, causes: Causes = {}): void {
  const { making } = kind.description;
  const { rtnetlink, netns } = place;
  if (!making) {
    rtnetlink.change(ipLink.add({ ...device, ...kind.as(settings) }, causes));
    return;
  }
  const { index, name, ...others } = device;
  noteFeature(`link ${kind.kind}`);
  try {
    making.make(netns, { index, name }, settings);
  } catch (error) {
    throw error instanceof KernelError ? explained(error, newLinkWords(kind, name, settings), place, causes) : error;
  }
  try {
    rtnetlink.change(ipLink.change({ index, ...others }, causes));
  } catch (error) {
    rtnetlink.change(ipLink.delete({ index }));
    throw error;
  }
}

/** What makes a link whose kind has its own {@link LinkDescription.making}, in the words of `ip`. */
export function newLinkWords(kind: LinkKind, name: string, settings: object): Pick<Request, 'words'> {
  const { command = 'link' } = kind.description.making ?? {};
  const words = [command, 'add', 'dev', name, ...kind.words(settings as Readonly<Record<string, unknown>>)];
  return { words: ({ namespace }) => ['ip', ...(namespace ? ['-n', namespace] : []), ...words].join(' ') };
}

function explained(
  { operation, code, errno, usualCause }: KernelError,
  { words }: Pick<Request, 'words'>,
  { name }: Place,
  causes: Causes,
): KernelError {
  const names: Names = { namespace: name, device: String, netns: String };
  const cause = causes[code];
  return new KernelError({
    operation: `${words(names)}: ${operation}`,
    errno,
    cause: usualCause ?? (typeof cause === 'function' ? cause() : cause),
  });
}
