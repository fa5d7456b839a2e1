import { hideOwnFrames } from '../base/own-frames.ts';
import { harmless } from '../base/visible-text.ts';

/** NetworkManager refused, or failed; its own words are in the message. */
export class NetworkManagerError extends Error {
  override readonly name = 'NetworkManagerError';

  constructor(message: string) {
    super(harmless(message));
    hideOwnFrames(this);
  }
}

/** NMDeviceState, in the words of its log. */
export type DeviceState =
  | 'unmanaged'
  | 'unavailable'
  | 'disconnected'
  | 'prepare'
  | 'config'
  | 'need-auth'
  | 'ip-config'
  | 'ip-check'
  | 'secondaries'
  | 'activated'
  | 'deactivating'
  | 'failed';

/** How it stands with a device, by the log. */
export interface LoggedDevice {
  state: DeviceState;
  /** It only looks on: the device had addresses before. */
  isForeign: boolean;
  /** Why its last attempt failed; it tries again by itself. */
  failure?: string | undefined;
}

const CHANGE =
  /device \((\S+)\): state change: \S+ -> (\S+) \(reason '([^']*)', \S+ '([^']*)'|manager: \((\S+)\) couldn't create the device: (.*)/g;

/** The devices that a log tells of, by their names (`_set_state_full`, `system_create_virtual_device`). */
export function deviceStates(log: string): Map<string, LoggedDevice> {
  const devices = new Map<string, LoggedDevice>();
  for (const [, changed, to = 'failed', reason, management, refused, why] of log.matchAll(CHANGE)) {
    const name = String(changed ?? refused);
    const state = to as DeviceState;
    const isForeign = state === 'activated' && management === 'external';
    devices.set(name, { state, isForeign, failure: state === 'failed' ? (why ?? reason) : devices.get(name)?.failure });
  }
  return devices;
}

/** What a message says of one. */
export function describeDevice(device: LoggedDevice | undefined): string {
  if (!device) return 'missing';
  const { state, isForeign, failure } = device;
  if (isForeign)
    return 'had an address before NetworkManager came, so no keyfile is applied: make it with address: false';
  if (failure === undefined) return state;
  return state === 'failed' ? `failed (${failure})` : `${state}, having failed (${failure})`;
}

/** What a log says of devices, without the times: the lines that name one, and why one that is missing may never come. */
export function linesOf(log: string, names: readonly string[]): string[] {
  const messages = messagesOf(log);
  const lines = messages.filter((line) =>
    names.some((name) => line.includes(`(${name})`) || line.includes(`'${name}'`)),
  );
  const known = deviceStates(log);
  if (names.every((name) => known.has(name))) return lines;
  const skipped = messages.filter((line) => line.includes('plugin: skip invalid file'));
  return skipped.length > 0 ? [...lines, ...skipped, NO_PLUGINS] : lines;
}

/** The machine's root is nobody in a user namespace (`nm_utils_validate_plugin`). */
const NO_PLUGINS =
  'A team, Wi-Fi or modem needs one of these. In a user namespace nothing is of root: run this test as root.';

/**
 * Checks that NetworkManager has taken every line of every keyfile, as far as it says.
 *
 * @throws NetworkManagerError with what it said, and the mend
 */
export function checkTaken(node: string, log: string): void {
  const warnings = messagesOf(log).flatMap((line) => /^<warn> +keyfile: (?:load: )?(.*)$/.exec(line)?.[1] ?? []);
  if (warnings.length === 0) return;
  const words = warnings.map((line) =>
    line.replaceAll(/"[^"]*\/([^"/]+)"/g, '$1').replace('failed to load connection: ', ''),
  );
  throw new NetworkManagerError(
    [`NetworkManager on ${node} does not take its keyfiles:`, ...words, mendOf(warnings)].join('\n'),
  );
}

function mendOf(warnings: readonly string[]): string {
  if (warnings.some((line) => line.includes('permissions')))
    return 'A keyfile may be read by root alone, since secrets stand in it: mode 0600, as a file has that is given as a text.';
  return 'The groups, keys and values of keyfiles are in nm-settings-keyfile(5).';
}

/** Without the times: `<info> device (br0): …`. */
function messagesOf(log: string): string[] {
  return log.split('\n').map((line) => line.replace(/^(<\w+>) +\[[\d.]+\] /, '$1 '));
}
