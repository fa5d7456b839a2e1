import type { Interface } from '../lab/index.ts';
import type { Json } from './json.ts';

/** A device that a plugin says it made or found. */
export interface CniInterface {
  name: string;
  mac: string;
  /** The path of the container's namespace; undefined for one of the node's. */
  sandbox: string | undefined;
  /** It as an interface of the lab; undefined when it is not there. */
  device: Interface | undefined;
}

/** An address that was given out. */
export interface CniIp {
  /** With its prefix length. */
  address: string;
  gateway: string | undefined;
  /** The interface that has it, where the plugin says. */
  device: Interface | undefined;
}

/** The last plugin's success result (CNI specification 1.0, section 5). */
export interface CniResult {
  /**
   * The container's interface: an interface of the lab like any other.
   *
   * @throws UsageError when the plugins made none, as `loopback` does not
   */
  readonly device: Interface;
  interfaces: readonly CniInterface[];
  ips: readonly CniIp[];
  routes: readonly { to: string; via: string | undefined }[];
  dns: { nameservers: readonly string[]; search: readonly string[] };
  /** As the plugin printed it. */
  json: Json;
}

/** A result of version 0.3.0 or later, as it stands in JSON. Every part may be missing. */
export interface RawResult extends Json {
  interfaces?: { name: string; mac?: string; sandbox?: string }[];
  ips?: { address: string; gateway?: string; interface?: number }[];
  routes?: { dst: string; gw?: string }[];
  dns?: { nameservers?: string[]; search?: string[] };
}

/** Reads a result; `find` knows the devices, `own` is the container's. */
export function readResult(
  json: RawResult,
  own: () => Interface,
  find: (name: string, sandbox: string | undefined) => Interface | undefined,
): CniResult {
  const interfaces = (json.interfaces ?? []).map(({ name, mac = '', sandbox }) => {
    // The specification has the node's devices without a sandbox, the plugins with an empty one.
    const where = sandbox || undefined;
    return { name, mac, sandbox: where, device: find(name, where) };
  });
  return {
    get device() {
      return own();
    },
    interfaces,
    ips: (json.ips ?? []).map(({ address, gateway, interface: index }) => ({
      address,
      gateway,
      device: index === undefined ? undefined : interfaces[index]?.device,
    })),
    routes: (json.routes ?? []).map(({ dst, gw }) => ({ to: dst, via: gw })),
    dns: { nameservers: json.dns?.nameservers ?? [], search: json.dns?.search ?? [] },
    json,
  };
}
