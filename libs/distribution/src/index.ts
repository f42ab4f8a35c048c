// What engines share out
export type { DistributedTask } from './distributed-task.ts';

// Addresses
export { safeAddress } from './safe-address.ts';
