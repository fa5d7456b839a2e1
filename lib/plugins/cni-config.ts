import { isObject } from '../base/plain-object.ts';
import { checkBoolean, checkOneOf, checkOptions, show, wrongOption } from '../base/validate.ts';
import { UsageError } from '../lab/index.ts';
import type { Json } from './json.ts';

/** One plugin's part of a network configuration list (CNI specification 1.0, section 1). */
export interface CniPluginConfig extends Json {
  /** The plugin's file name in the search path: `macvlan`, `bridge` … */
  type: string;
  /** What of `capabilities` the plugin wants from the runtime. */
  capabilities?: Record<string, boolean>;
}

/** A network configuration list, as in `/etc/cni/net.d/10-mynet.conflist`. */
export interface CniConflist {
  /** @default '1.0.0' */
  cniVersion?: string;
  name: string;
  /** CHECK does nothing. @default false */
  disableCheck?: boolean;
  /** Run in this order by ADD, in the reverse by DEL. */
  plugins: readonly CniPluginConfig[];
}

/** Names and container ids have one form (section 2, parameters). */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** Section 2: CHECK came with 0.4.0, lists of interfaces in results with 0.3.0. */
const VERSIONS = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

/** Checks what a runtime must, and leaves the plugins' own settings to the plugins. */
export function checkConflist(conflist: unknown): Required<CniConflist> {
  checkIsConflist(conflist);
  checkOptions('cni', conflist, ['name', 'plugins', 'cniVersion', 'disableCheck']);
  const { cniVersion = '1.0.0', name, disableCheck = false, plugins } = conflist as CniConflist;
  checkOneOf('cni', 'cniVersion', cniVersion, VERSIONS);
  checkCniName('cni', 'name', name);
  if (!Array.isArray(plugins) || plugins.length === 0) {
    throw wrongOption('cni', 'plugins', "a list such as [{ type: 'macvlan', … }]", plugins);
  }
  for (const plugin of plugins) {
    if (typeof plugin?.type === 'string' && plugin.type !== '' && !plugin.type.includes('/')) continue;
    throw wrongOption('cni', 'type', "a plugin's file name, such as macvlan", plugin?.type);
  }
  checkBoolean('cni', 'disableCheck', disableCheck);
  // As it is now: what the caller does to the object later must not come between ADD and DEL.
  return { cniVersion, name, disableCheck, plugins: structuredClone(plugins) };
}

/** The two that are taken for a list: the name of its file, and the configuration of one plugin (`.conf`). */
function checkIsConflist(conflist: unknown): void {
  if (typeof conflist === 'string')
    throw new UsageError(
      `cni: conflist must be the file's content, such as JSON.parse(${/^\s*\{/.test(conflist) ? 'text' : `readFileSync(${show(conflist)}, 'utf8')`}): received a text`,
    );
  if (!isObject(conflist) || conflist['plugins'] !== undefined || typeof conflist['type'] !== 'string') return;
  throw new UsageError(
    `cni: conflist must have a list of plugins, such as { name: 'lan', plugins: [{ type: ${show(conflist['type'])}, … }] }: ` +
      'received the configuration of a single plugin',
  );
}

export function checkCniName(call: string, option: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && NAME.test(name)) return;
  throw new UsageError(
    `${call}: ${option} must begin with a letter or digit, and have letters, digits, dots, dashes and underscores only: ` +
      `received ${show(name)}`,
  );
}

/** What goes to a plugin's standard input (section 3, "Deriving execution configuration from plugin configuration"). */
export function executionConfig(
  { cniVersion, name }: Required<CniConflist>,
  plugin: CniPluginConfig,
  { state, capabilities, prevResult }: { state: string; capabilities: Json; prevResult: Json | undefined },
): Json {
  const { capabilities: wanted = {}, ...own } = withPrivateState(plugin, state);
  const given = Object.entries(capabilities).filter(([capability]) => wanted[capability] === true);
  return {
    ...own,
    cniVersion,
    name,
    ...(given.length > 0 ? { runtimeConfig: Object.fromEntries(given) } : {}),
    ...(prevResult ? { prevResult } : {}),
  };
}

/** host-local has its leases in `/var/lib/cni/networks`, tuning its backups in `/run/cni/tuning`: the machine's own. */
function withPrivateState(plugin: CniPluginConfig, state: string): CniPluginConfig {
  const { ipam } = plugin;
  const privateIpam =
    isObject(ipam) && ipam['type'] === 'host-local' ? { ipam: { dataDir: `${state}/cni/networks`, ...ipam } } : {};
  const privateTuning = plugin.type === 'tuning' ? { dataDir: `${state}/cni/tuning` } : {};
  return { ...privateTuning, ...plugin, ...privateIpam };
}
