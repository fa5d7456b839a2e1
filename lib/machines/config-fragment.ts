import { kernelOptionsOf } from '../links/registry.ts';

/** The actions of filters. */
const ACTIONS = [
  ...['NET_CLS_ACT', 'NET_ACT_GACT', 'GACT_PROB', 'NET_ACT_MIRRED', 'NET_ACT_VLAN', 'NET_ACT_SKBEDIT'],
  ...['NET_ACT_CSUM', 'NET_ACT_TUNNEL_KEY', 'NET_ACT_CT'],
];

/** The options of a kernel's `.config` by what a spec uses, in the words of lib/kernel/features.ts; links are in lib/links. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'packet filter': [
    'NETFILTER',
    'NETFILTER_ADVANCED',
    'NF_TABLES',
    'NF_TABLES_INET',
    'NF_TABLES_NETDEV',
    'NF_TABLES_BRIDGE',
  ],
  'filter flower': ['NET_SCHED', 'NET_CLS_FLOWER', ...ACTIONS],
  'filter matchall': ['NET_SCHED', 'NET_CLS_MATCHALL', ...ACTIONS],
  'qdisc clsact': ['NET_SCHED', 'NET_SCH_INGRESS'],
  'qdisc codel': ['NET_SCHED', 'NET_SCH_CODEL'],
  'qdisc fq': ['NET_SCHED', 'NET_SCH_FQ'],
  'qdisc fq_codel': ['NET_SCHED', 'NET_SCH_FQ_CODEL'],
  'qdisc htb': ['NET_SCHED', 'NET_SCH_HTB'],
  'qdisc ingress': ['NET_SCHED', 'NET_SCH_INGRESS'],
  'qdisc netem': ['NET_SCHED', 'NET_SCH_NETEM'],
  'qdisc prio': ['NET_SCHED', 'NET_SCH_PRIO'],
  'qdisc sfq': ['NET_SCHED', 'NET_SCH_SFQ'],
  'qdisc tbf': ['NET_SCHED', 'NET_SCH_TBF'],
};

function optionsOf(feature: string): readonly string[] | undefined {
  return feature.startsWith('link ') ? kernelOptionsOf(feature.slice('link '.length)) : OPTIONS[feature];
}

/** What every lab takes. */
const LAB = [
  'NET',
  'INET',
  'IPV6',
  'PACKET',
  'UNIX',
  'NAMESPACES',
  'NET_NS',
  'USER_NS',
  'SYSCTL',
  'NETDEVICES',
  'NET_CORE',
];

/**
 * What `hairpin test --kernel` boots: a PC with the root by virtiofs under an overlay, and two serial lines; and what it takes to go
 * on from a snapshot.
 */
const MACHINE = [
  ...[
    '64BIT',
    'SMP',
    'PCI',
    'VIRTIO_MENU',
    'VIRTIO_PCI',
    'FUSE_FS',
    'VIRTIO_FS',
    'OVERLAY_FS',
    'TMPFS',
    'PROC_FS',
    'SYSFS',
  ],
  ...['ACPI', 'HOTPLUG_PCI', 'HOTPLUG_PCI_ACPI', 'VIRT_DRIVERS', 'VMGENID'],
  ...['DEVTMPFS', 'UNIX98_PTYS', 'BLK_DEV_INITRD', 'BINFMT_ELF', 'BINFMT_SCRIPT', 'TTY', 'PRINTK', 'SERIAL_8250'],
  ...['SERIAL_8250_CONSOLE', 'EPOLL', 'EVENTFD', 'FUTEX', 'MEMFD_CREATE', 'SHMEM', 'FILE_LOCKING', 'MULTIUSER'],
];

/** Features that there is no option known for, such as a kind of link that came later. */
export function unknownFeatures(features: readonly string[]): string[] {
  return features.filter((feature) => optionsOf(feature) === undefined);
}

/**
 * The fragment for the kernel's `scripts/kconfig/merge_config.sh`: built in, so that no modules need to be installed.
 *
 * @param features what the specs use
 */
export function configFragment(features: readonly string[]): string {
  const seen = new Set<string>();
  const section = (title: string, options: readonly string[]) => {
    const fresh = options.filter((option) => !seen.has(option));
    for (const option of fresh) seen.add(option);
    return fresh.length === 0 ? [] : [`# ${title}`, ...[...new Set(fresh)].map((option) => `CONFIG_${option}=y`), ''];
  };
  return [
    ...section('a machine for hairpin test --kernel', MACHINE),
    ...section('every lab', LAB),
    ...features.toSorted().flatMap((feature) => section(feature, optionsOf(feature) ?? [])),
    ...unknownFeatures(features).map((feature) => `# ${feature}: hairpin knows no option for it`),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
