import '../base/needs-node.ts';

export { type CniAttachment, CniNetwork, type CniOptions, cni } from './cni.ts';
export type { CniConflist, CniPluginConfig } from './cni-config.ts';
export { CniError } from './cni-error.ts';
export { findCniPlugin } from './cni-plugin.ts';
export type { CniInterface, CniIp, CniResult } from './cni-result.ts';
export { Frr, type FrrDaemon, type FrrOptions, findFrr, frr } from './frr.ts';
export { FrrError } from './frr-error.ts';
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
export { NetworkManager, type NetworkManagerFile, networkManager } from './network-manager.ts';
export { type DeviceState, NetworkManagerError } from './network-manager-log.ts';
export { findNetworkd, Networkd, networkd } from './networkd.ts';
export { findNetworkManager } from './start-network-manager.ts';
