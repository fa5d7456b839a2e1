import { existsSync } from 'node:fs';
import { unlessCode } from '../../base/has-code.ts';
import { AF_INET, IPPROTO_IP, IPPROTO_RAW, SOCK_RAW } from '../constants.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { Socket } from '../sockets/socket.ts';

const TABLES = ['filter', 'nat', 'broute'];
/** `EBT_SO_GET_INFO`. */
const GET_INFO = 128;
/** `sizeof(struct ebt_replace)` with 64 bits, and where it says how many rules the table has. */
const [SIZE, RULES] = [120, 36];

/** Whether a namespace has rules of ebtables-legacy. A question for a table loads its module (`find_table_lock`), so it is not asked without. */
export function hasEbtablesRules(namespace: NetNamespace): boolean {
  const tables = TABLES.filter((table) => existsSync(`/sys/module/ebtable_${table}`));
  if (tables.length === 0) return false;
  using socket = Socket.open(namespace, AF_INET, SOCK_RAW, IPPROTO_RAW);
  return tables.some((table) => {
    const info = Buffer.alloc(SIZE);
    info.write(table);
    unlessCode(['ENOENT', 'ENOPROTOOPT'], () => socket.getOption(IPPROTO_IP, GET_INFO, info), undefined);
    return info.readUInt32LE(RULES) > 0;
  });
}
