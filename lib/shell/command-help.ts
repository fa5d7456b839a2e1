/** What can be typed where a test is held. */
export const COMMAND_HELP = `
  ns1                   a shell in the namespace ns1; exit comes back
  ns1 ping 10.0.0.2     a program there
  draw [addresses]      the network as it is now
  wireshark [sw/p0]     every frame there, or everywhere, live in Wireshark
  wireshark > a.pcapng  the same into a new file
  continue              go on with the test (also Ctrl+D)
  quit                  go on, and hold no other test
`;
