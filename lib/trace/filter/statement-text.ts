import type { Expression, Verdict } from '../../netlink/ruleset/expression.ts';
import type { FilterChain } from '../../netlink/ruleset/read-ruleset.ts';

const SECONDS: Record<string, string> = { 1: 'second', 60: 'minute', 3600: 'hour', 86400: 'day', 604800: 'week' };
const USUAL_BURST = 5;
const ICMPX = ['no-route', 'port-unreachable', 'host-unreachable', 'admin-prohibited'];
const ICMP = ['net-unreachable', 'host-unreachable', 'prot-unreachable', 'port-unreachable'];
const ICMP_LATER: Record<number, string> = { 9: 'net-prohibited', 10: 'host-prohibited', 13: 'admin-prohibited' };
const ICMPV6 = [
  'no-route',
  'admin-prohibited',
  '',
  'addr-unreachable',
  'port-unreachable',
  'policy-fail',
  'reject-route',
];

/** What a rule does, in nft's words. */
export function statementText(expression: Expression, family: FilterChain['family']): string {
  switch (expression.type) {
    case 'counter':
      return `counter packets ${expression.packets} bytes ${expression.bytes}`;
    case 'named-counter':
      return `counter name "${expression.name}"`;
    case 'verdict':
      return verdictText(expression.verdict);
    case 'log':
      return expression.prefix ? `log prefix "${expression.prefix}"` : 'log';
    case 'limit': {
      const { rate, seconds, burst, bytes, over } = expression;
      const unit = `${bytes ? ' bytes' : ''}/${SECONDS[String(seconds)] ?? `${seconds} seconds`}`;
      const bursts = bytes
        ? burst > 0
          ? ` burst ${burst} bytes`
          : ''
        : burst === USUAL_BURST
          ? ''
          : ` burst ${burst} packets`;
      return `limit rate ${over ? 'over ' : ''}${rate}${unit}${bursts}`;
    }
    case 'reject':
      return rejectText(expression, family);
    case 'notrack':
      return 'notrack';
    case 'match':
    case 'target':
      return `xt ${expression.type} "${expression.name}"`;
    default:
      return '…';
  }
}

export function verdictText(verdict: Verdict): string {
  return verdict.kind === 'jump' || verdict.kind === 'goto' ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

/** nft leaves out what is its own choice: port unreachable. */
function rejectText({ how, code }: Extract<Expression, { type: 'reject' }>, family: FilterChain['family']): string {
  if (how === 1) return 'reject with tcp reset';
  if (how === 2) return code === 1 ? 'reject' : `reject with icmpx ${ICMPX[code] ?? code}`;
  const isV6 = family === 'ip6';
  const name = isV6 ? ICMPV6[code] : (ICMP[code] ?? ICMP_LATER[code]);
  if (name === 'port-unreachable' && (family === 'ip' || isV6)) return 'reject';
  return `reject with ${isV6 ? 'icmpv6' : 'icmp'} ${name ?? code}`;
}
