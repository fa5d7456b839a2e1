import '../kernel/needs-node.ts';

export { type CniAttachment, CniNetwork, type CniOptions, cni } from './cni.ts';
export type { CniConflist, CniPluginConfig } from './cni-config.ts';
export { CniError } from './cni-error.ts';
export { findCniPlugin } from './cni-plugin.ts';
export type { CniInterface, CniIp, CniResult } from './cni-result.ts';
export { Ifupdown, IfupdownError, ifupdown } from './ifupdown.ts';
export {
  findNetavark,
  Netavark,
  type NetavarkAttachment,
  NetavarkError,
  type NetavarkNetwork,
  type NetavarkResult,
  netavark,
} from './netavark.ts';
export { findNetworkd, Networkd, networkd } from './networkd.ts';
