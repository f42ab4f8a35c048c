/**
 * An address as it may be printed, logged or stored: without user, password, query and fragment, which may hold
 * credentials. What is no address is told as such, not repeated.
 *
 * @example
 * safeAddress('redis://worker:secret@queue.lab:6379/2'); // 'redis://queue.lab:6379/2'
 */
export function safeAddress(address: string): string {
  if (!URL.canParse(address)) return 'an address that cannot be read';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
