import { readFileSync } from 'node:fs';

/** linux/capability.h, by number. */
const CAPABILITIES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`);

/**
 * The capabilities that are absent from a set of this thread's. `CapBnd`: nothing that this process starts can ever have them, root or
 * not. `CapEff`: the thread lacks them now, over the user namespace that it is in.
 */
export function capabilitiesAbsentFrom(set: 'CapBnd' | 'CapEff'): string[] {
  const status = readFileSync('/proc/thread-self/status', 'utf8');
  const present = BigInt(`0x${new RegExp(`^${set}:\\s+([0-9a-f]+)`, 'm').exec(status)?.[1] ?? 'ffffffffffffffff'}`);
  return CAPABILITIES.filter((_, number) => (present & (1n << BigInt(number))) === 0n);
}
