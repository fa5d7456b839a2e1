# Sourced by the others. Prints the milliseconds between the two, and a name: `measured build 41.207`.
started() { begin=${EPOCHREALTIME/[.,]/}; }
ended() { local end=${EPOCHREALTIME/[.,]/}; echo "measured $1 $(((end - begin) / 1000)).$(printf %03d $(((end - begin) % 1000)))"; }
