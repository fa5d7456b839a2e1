import { UsageError, wrongOption } from '../kernel/validate.ts';
import type { Lab } from '../lab/index.ts';
import { familyOf } from '../wire/ip-address.ts';

/** The error of a text that should be the address of a target, with what its writer most likely meant. */
export function notAnAddress(call: string, lab: Lab, text: string): UsageError {
  const { message } = wrongOption(call, 'target', 'an IP address such as 10.0.0.1 or fd00::1', text);
  const mend = mendOf(lab, text);
  return new UsageError(mend ? `${message}; ${mend}` : message);
}

function mendOf(lab: Lab, text: string): string | undefined {
  if (lab.namespaces.some(({ name }) => name === text)) return 'give the namespace itself, not its name';
  const [, host = '', length, port] = /^\[?([^[\]/]+?)\]?(?:(\/\d+)|:(\d+))$/.exec(text) ?? [];
  if (familyOf(host) === undefined) return undefined;
  if (length) return `write '${host}', without its prefix length`;
  return `write '${host}', { by: 'tcp', port: ${port} }`;
}
