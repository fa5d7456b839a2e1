#!/bin/bash
# Compiles replay.c into the folder $1, unless it is there, and has it send the messages of the file $2. It measures itself.
set -e
[ -x "$1/replay" ] || cc -O2 -Wall -Wextra -o "$1/replay" "$(dirname "$0")/replay.c"
"$1/replay" "$2"
