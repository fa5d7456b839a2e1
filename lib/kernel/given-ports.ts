/** The least port that the kernel may give to a socket (`ip_local_port_range`, from 32768 on unless changed), and the greatest. */
const [LEAST, GREATEST] = [1024, 65_535];

/**
 * Whether a range has some of the ports that the kernel gives to sockets, and lacks others. Each TCP and UDP probe leaves from such a port,
 * and its answer goes there. So one probe may fare otherwise than the next. One port among all hardly ever comes up.
 */
export function dividesGivenPorts({ first, last }: { first: number; last: number }): boolean {
  return first !== last && ((first > LEAST && first <= GREATEST) || (last >= LEAST && last < GREATEST));
}
