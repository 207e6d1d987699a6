import { hash } from 'node:crypto';
import { type Runner, throughKysely } from './session.ts';

/**
 * Statements prepared once a connection, under a name made of their text, so that no two texts share one. The driver
 * takes `{ name, text }` where it takes a text; each call gets an object of its own, since the driver writes into it.
 */
export function preparedPostgres(client: unknown): Runner {
  // A driver of the host's own may know nothing of names.
  if (typeof client !== 'object' || client === null || !('totalCount' in client)) return throughKysely;
  const names = new Map<string, string>();
  return (executor, sql, parameters) => {
    if (typeof sql !== 'string' || parameters.length === 0) return throughKysely(executor, sql, parameters);
    let name = names.get(sql);
    if (name === undefined) {
      name = `tj_${hash('sha256', sql, 'hex').slice(0, 24)}`;
      names.set(sql, name);
    }
    return throughKysely(executor, { name, text: sql }, parameters);
  };
}
