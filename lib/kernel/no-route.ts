import { hasCode } from '../base/has-code.ts';

/**
 * Whether an error of `ip route get` says that the kernel has no way there: no route, a route that leads nowhere
 * (`fib_props`), or a device that is gone or down. Other errors say nothing of the routes.
 */
export function isNoRoute(error: unknown): error is Error & { code: string } {
  return hasCode(error, ...['ENETUNREACH', 'EHOSTUNREACH', 'EACCES', 'EINVAL', 'ENODEV', 'ENETDOWN', 'EADDRNOTAVAIL']);
}
