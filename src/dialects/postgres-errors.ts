import type { Failure } from './dialect.ts';

export function isAway(error: unknown): boolean {
  if (['retry', 'connection-lost'].includes(classify(error) ?? '')) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // Too many connections; not reached, or not found, as happens while a server is replaced by another.
  if (typeof code === 'string' && /^53|^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code))
    return true;
  return error instanceof Error && /^timeout exceeded when trying to connect/.test(error.message);
}

export function classify(error: unknown): Failure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === '40001' || code === '40P01') return 'retry';
  if (code === '25006' || code === '42501') return 'forbidden';
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    if (code.startsWith('08') || code.startsWith('57P')) return 'connection-lost';
    return /^(22|23|P0)/.test(code) ? 'refused' : undefined;
  }
  if (typeof code === 'string') {
    return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].includes(code) ? 'connection-lost' : undefined;
  }
  // The driver's own words when the socket ends under a query; these errors carry no code.
  return error instanceof Error &&
    /^(Connection terminated|Client has encountered|Client was closed|Query read timeout)/.test(error.message)
    ? 'connection-lost'
    : undefined;
}
