#!/bin/bash
# $1 hosts on one switch; each pings each other once. A shell a host, all side by side.
source "$(dirname "$0")/timing.sh"
set -e
if [ "$2" = from ]; then # number of the host
  answered=0
  for ((to = 1; to <= $1; to++)); do
    # The kernel has room for 1024 neighbours of all namespaces together (gc_thresh3); without this, 6 of 10 pings fail.
    if [ $((to % 5)) = 0 ]; then ip neighbour flush all; fi
    if [ $to != $3 ] && ping -n -q -c1 -W1 10.0.0.$to > /dev/null; then answered=$((answered + 1)); fi
  done
  echo "answered $answered"
  exit
fi
{
  echo netns add sw
  for ((i = 1; i <= $1; i++)); do echo netns add h$i; done
} | ip -batch -
{
  echo link add br0 type bridge mcast_snooping 0
  echo link set br0 up
  for ((i = 1; i <= $1; i++)); do
    echo link add p$i type veth peer name eth0 netns h$i
    echo link set p$i master br0 up
  done
} | ip -n sw -batch -
for ((i = 1; i <= $1; i++)); do
  printf '%s\n' "address add 10.0.0.$i/24 dev eth0" 'link set eth0 up' | ip -n h$i -batch -
done
started
for ((i = 1; i <= $1; i++)); do
  ip netns exec h$i bash "$0" "$1" from $i &
done
wait
ended all-pairs
