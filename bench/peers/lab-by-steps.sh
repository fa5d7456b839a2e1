#!/bin/bash
# ns1 ─ m1 ┐
#          ├─ up0 (host) ── p0 (sw) p1 ── gateway
# ns2 ─ m2 ┘
# One ip process a step.
source "$(dirname "$0")/timing.sh"
set -e
started
for ns in ns1 ns2 host gateway sw; do ip netns add $ns; done
ip -n sw link add br0 type bridge mcast_snooping 0
ip -n sw link set br0 up
ip -n sw link add p0 type veth peer name up0 netns host
ip -n sw link set p0 master br0 up
ip -n host link set up0 up
ip -n host address add 10.0.0.18/24 dev up0
ip -n sw link add p1 type veth peer name eth0 netns gateway
ip -n sw link set p1 master br0 up
ip -n gateway link set eth0 up
ip -n gateway address add 10.0.0.1/24 dev eth0
ip -n host link add m1 link up0 netns ns1 type macvlan mode bridge
ip -n ns1 link set m1 up
ip -n ns1 address add 10.0.0.101/24 dev m1
ip -n host link add m2 link up0 netns ns2 type macvlan mode bridge
ip -n ns2 link set m2 up
ip -n ns2 address add 10.0.0.102/24 dev m2
ended build
started
for ns in ns1 ns2 host gateway sw; do ip netns del $ns; done
ended close
