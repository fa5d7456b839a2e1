const TRACE = `CPU: 0 PID: 116 Comm: sh Not tainted 6.1.0-56-amd64 #1  Debian 6.1.192-2
Call Trace:
 <TASK>
 flow_limit_cpu_sysctl+0x259/0x2b0
 entry_SYSCALL_64_after_hwframe+0x6e/0xd8
RIP: 0033:0x47b7a0
 </TASK>`;

/** What kernels report of themselves, in their own form: the line that tells it, and all of its lines. The first is of Debian's 6.1, shortened. */
export const REPORTS = {
  warning: [
    'WARNING: CPU: 0 PID: 116 at mm/page_alloc.c:5634 __alloc_pages+0x2a9/0x330',
    `------------[ cut here ]------------
WARNING: CPU: 0 PID: 116 at mm/page_alloc.c:5634 __alloc_pages+0x2a9/0x330
Modules linked in: overlay virtiofs fuse
${TRACE}
---[ end trace 0000000000000000 ]---`,
  ],
  // __warn_printk: the message stands before the line that says where.
  'warning with a message': [
    'WARNING: CPU: 1 PID: 9 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110',
    `------------[ cut here ]------------
refcount_t: underflow; use-after-free.
WARNING: CPU: 1 PID: 9 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110
${TRACE}
---[ end trace 0000000000000000 ]---`,
  ],
  // __warn since Linux 6.19.
  'warning of Linux 6.19': [
    'WARNING: net/core/dev.c:1234 at dev_x+0x2a9/0x330, CPU#0: ip/116',
    `------------[ cut here ]------------
WARNING: net/core/dev.c:1234 at dev_x+0x2a9/0x330, CPU#0: ip/116
a message
${TRACE}
---[ end trace 0000000000000000 ]---`,
  ],
  // print_circular_bug_header: a dependency's trace is no end of it.
  lockdep: [
    'WARNING: possible circular locking dependency detected',
    `======================================================
WARNING: possible circular locking dependency detected
6.1.0 #1 Not tainted
------------------------------------------------------
ip/362 is trying to acquire lock:
ffff888104a1e0a8 (&macvlan_netdev_addr_lock_key/1){+...}-{2:2}, at: dev_mc_sync+0x45/0x90

but task is already holding lock:
ffff888104a200a8 (&vlan_netdev_addr_lock_key/1){+...}-{2:2}, at: dev_set_rx_mode+0x17/0x40

which lock already depends on the new lock.

the existing dependency chain (in reverse order) is:

-> #1 (&vlan_netdev_addr_lock_key/1){+...}-{2:2}:
       __lock_acquire+0x3e0/0x6e0
       dev_uc_sync+0x4e/0x90

 *** DEADLOCK ***

stack backtrace:
${TRACE}`,
  ],
  'lockdep of RCU': [
    'WARNING: suspicious RCU usage',
    `=============================
WARNING: suspicious RCU usage
6.12.0-rc3 #139 Not tainted
-----------------------------
net/ipv4/ip_tunnel.c:221 RCU-list traversed in non-reader section!!

other info that might help us debug this:

rcu_scheduler_active = 2, debug_locks = 1
1 lock held by ip/362:
 #0: ffffffff86fc7cb0 (rtnl_mutex){+.+.}-{3:3}, at: rtnetlink_rcv_msg+0x377/0xf60

stack backtrace:
${TRACE}`,
  ],
  'lockdep of Linux 4.9': [
    '[ INFO: possible recursive locking detected ]',
    `=============================================
[ INFO: possible recursive locking detected ]
4.9.0 #1 Not tainted
---------------------------------------------
ip/933 is trying to acquire lock:
 (&md->io_lock){----}, at: [<ffffffff8123167e>] dm_request+0x52/0x25c
stack backtrace:
${TRACE}`,
  ],
  // print_report: its first trace is not its end.
  KASAN: [
    'BUG: KASAN: slab-out-of-bounds in strlen+0x7d/0xa0',
    `==================================================================
BUG: KASAN: slab-out-of-bounds in strlen+0x7d/0xa0
Read of size 1 at addr ffff8881119c4781 by task ip/8107

${TRACE}

Allocated by task 8107:
 kasan_save_stack+0x22/0x50
 __kmalloc+0x5a/0x150

Memory state around the buggy address:
 ffff8881119c4680: fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc
>ffff8881119c4780: 01 fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc
                   ^
==================================================================`,
  ],
  KFENCE: [
    'BUG: KFENCE: use-after-free read in skb_release_data+0x1a/0x40',
    `==================================================================
BUG: KFENCE: use-after-free read in skb_release_data+0x1a/0x40

Use-after-free read at 0x00000000a1b2c3d4 (in kfence-#17):
 skb_release_data+0x1a/0x40

CPU: 0 PID: 116 Comm: ip Not tainted 6.12.0 #1
==================================================================`,
  ],
  'UBSAN until Linux 6.7': [
    'UBSAN: shift-out-of-bounds in net/sched/sch_api.c:372:10',
    `================================================================================
UBSAN: shift-out-of-bounds in net/sched/sch_api.c:372:10
shift exponent 64 is too large for 32-bit type 'int'
${TRACE}
================================================================================`,
  ],
  UBSAN: [
    'UBSAN: array-index-out-of-bounds in net/sched/sch_ets.c:93:20',
    `------------[ cut here ]------------
UBSAN: array-index-out-of-bounds in net/sched/sch_ets.c:93:20
index 18446744073709551615 is out of range for type 'ets_class [16]'
${TRACE}
---[ end trace ]---`,
  ],
  kmemleak: [
    'unreferenced object 0xffff8881703d4500 (size 232):',
    `unreferenced object 0xffff8881703d4500 (size 232):
  comm "ip", pid 764, jiffies 4294945878 (age 8.160s)
  hex dump (first 32 bytes):
    00 00 00 00 28 07 07 20 d0 02 00 00 e0 01 00 00  ....(.. ........
  backtrace:
    [<ffffffff81234567>] kmalloc_trace+0x26/0x90`,
  ],
  'stall of RCU': [
    'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
    `rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
rcu: \t1-...0: (6 ticks this GP) idle=545c/1/0x4000000000000000 softirq=161841/161847 fqs=2100
rcu: \t(detected by 0, t=10505 jiffies, g=202837, q=172 ncpus=2)
Sending NMI from CPU 0 to CPUs 1:
NMI backtrace for cpu 1
${TRACE}`,
  ],
  'stall of RCU, seen by itself': [
    'rcu: INFO: rcu_sched self-detected stall on CPU',
    `rcu: INFO: rcu_sched self-detected stall on CPU\n${TRACE}`,
  ],
  'stall: soft lockup': [
    'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [ksoftirqd/1:23]',
    `watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [ksoftirqd/1:23]\nModules linked in: macvlan\n${TRACE}`,
  ],
  'stall: hung task': [
    'INFO: task kworker/u4:1:12 blocked for more than 120 seconds.',
    `INFO: task kworker/u4:1:12 blocked for more than 120 seconds.
      Not tainted 6.1.0 #1
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
task:kworker/u4:1    state:D stack:0     pid:12    ppid:2      flags:0x00004000
${TRACE}`,
  ],
  bug: [
    'BUG: sleeping function called from invalid context at net/core/dev.c:1',
    `BUG: sleeping function called from invalid context at net/core/dev.c:1
in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 116, name: ip
${TRACE}`,
  ],
  'device leak': [
    'unregister_netdevice: waiting for m1 to become free. Usage count = 2',
    'unregister_netdevice: waiting for m1 to become free. Usage count = 2',
  ],
} as const;
