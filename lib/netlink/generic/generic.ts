import { body } from '../codec/body.ts';
import { pad, string, u8, u16 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, type Rows, type Table, table } from '../codec/table.ts';
import { type Request, requestOf } from '../request.ts';
import type { NetlinkSocket } from '../socket.ts';

/** The family that knows the numbers of the others (`GENL_ID_CTRL`). */
const CONTROLLER = 0x10;
const CTRL_CMD_GETFAMILY = 3;

export const genericHeader = struct('genlmsghdr', { command: u8, version: u8, reserved: pad(2) });

export const genericFamily = body(
  genericHeader,
  table({ id: attribute('CTRL_ATTR_FAMILY_ID', 1, u16), name: attribute('CTRL_ATTR_FAMILY_NAME', 2, string) }),
);

/**
 * The number of a family of generic netlink, which the kernel chooses when it loads the family.
 *
 * @throws KernelError `ENOENT` when the kernel has no such family
 */
export function genericId(socket: NetlinkSocket, name: string): number {
  const values = { command: CTRL_CMD_GETFAMILY, version: 1, name };
  const { id } = socket.get(requestOf(CONTROLLER, genericFamily, values, { words: `genl ctrl get name ${name}` }));
  if (id === undefined) throw new Error(`genl ctrl get name ${name}: the kernel says no number`);
  return id;
}

/** The numbers of the families that the kernel has loaded, by their names. To ask for one by its name would load its module. */
export function loadedFamilies(socket: NetlinkSocket): ReadonlyMap<string, number> {
  const request = requestOf(CONTROLLER, genericFamily, { command: CTRL_CMD_GETFAMILY, version: 1 } as never, {
    words: 'genl ctrl list',
  });
  return new Map(socket.list(request).map(({ name = '', id = 0 }) => [name, id]));
}

/** A message of a family of generic netlink: its command, and its attributes behind that. */
export function genericRequest<F extends Rows>(
  id: number,
  attributes: Table<F>,
  { command, words, ...values }: { command: number; words: string } & Parameters<Table<F>['write']>[1],
): Request<ReturnType<Table<F>['read']>> {
  const whole = body(genericHeader, attributes);
  return requestOf(id, whole, { ...values, command, version: 1 } as never, { words }) as Request<
    ReturnType<Table<F>['read']>
  >;
}
