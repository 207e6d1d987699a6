import pg from 'pg';

/** Statements on a connection of their own, past the journal. */
export async function query<Row>(url: string, text: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as readonly Row[];
  } finally {
    await client.end();
  }
}

/** An append that need not reach the disk would win every comparison. */
export async function checkDurable(url: string): Promise<string> {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const [row] = await query<Record<string, string>>(url, `show ${setting}`);
    if (row?.[setting] !== 'on') throw new Error(`PostgreSQL has ${setting} = ${row?.[setting]}; figures need on`);
  }
  const [row] = await query<{ server_version: string }>(url, 'show server_version');
  return row?.server_version.split(' ')[0] ?? '?';
}
