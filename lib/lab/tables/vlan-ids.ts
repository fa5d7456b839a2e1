import { show, UsageError, wrongOption } from '../../base/validate.ts';
import { rangeOf, type VlanIds } from '../../netlink/bridge/vlan-rows.ts';

/** As iproute2 has it: 24 bits, those of a VNI. */
const HIGHEST_TUNNEL = 2 ** 24 - 1;
const TUNNEL_RULE = `a whole number from 1 to ${HIGHEST_TUNNEL}, or a range, as in '1010-1019'`;
const RULE = "a VLAN from 1 to 4094, or a range, as in '100-199'";

/** @throws UsageError for what are no VLANs */
export function checkVlanIds(call: string, id: unknown): void {
  if (id === undefined) throw new UsageError(`${call}: id must be given: ${RULE}`);
  checkRow(call, 'id', id, 4094, RULE);
}

/** Checks the tunnels of VLANs. The kernel takes each refusal of it for EINVAL (br_afspec, br_process_vlan_tunnel_info). */
export function checkTunnelIds(call: string, id: VlanIds, tunnelId: VlanIds): void {
  checkRow(call, 'tunnelId', tunnelId, HIGHEST_TUNNEL, TUNNEL_RULE);
  const [[first, last], [tunnelOfFirst, tunnelOfLast]] = [rangeOf(id), rangeOf(tunnelId)];
  if (last - first === tunnelOfLast - tunnelOfFirst) return;
  throw new UsageError(
    `${call}: tunnelId must be a range as long as id (br_process_vlan_tunnel_info): received ${show(tunnelId)} for ${show(id)}`,
  );
}

/** Checks a number, or several in a row. */
function checkRow(call: string, option: string, value: unknown, most: number, rule: string): void {
  const isRange = typeof value === 'string' && /^\d+-\d+$/.test(value);
  const [first, last] = isRange ? rangeOf(value as VlanIds) : [value, value];
  const isOne = (each: unknown) => Number.isInteger(each) && Number(each) >= 1 && Number(each) <= most;
  if (isOne(first) && isOne(last) && Number(first) <= Number(last)) return;
  throw wrongOption(call, option, rule, value);
}
