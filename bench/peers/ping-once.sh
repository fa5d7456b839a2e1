#!/bin/bash
# a ── p0 (sw) p1 ── b. Times `ping -c1` from a to b, $1 times, each from cold neighbour tables.
source "$(dirname "$0")/timing.sh"
set -e
if [ -z "$2" ]; then
  for ns in a b sw; do ip netns add $ns; done
  ip -n sw link add br0 type bridge mcast_snooping 0
  ip -n sw link set br0 up
  host=1
  for ns in a b; do
    ip -n sw link add p$host type veth peer name eth0 netns $ns
    ip -n sw link set p$host master br0 up
    ip -n $ns address add 10.0.0.$host/24 dev eth0
    ip -n $ns link set eth0 up
    host=$((host + 1))
  done
  # Inside from here on, so that `ip netns exec` is not in the time.
  exec ip netns exec a bash "$0" "$1" inside
fi
for ((i = 0; i < $1; i++)); do
  ip neighbour flush all
  ip -n b neighbour flush all
  started
  ping -n -q -c1 10.0.0.2 > /dev/null
  ended ping
done
