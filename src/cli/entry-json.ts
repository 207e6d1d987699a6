import type { Entry, ThreadHead } from '../index.ts';
import { stored, toFile } from './line-form.ts';
import { safeJson } from './terminal.ts';

/** A head as one line of JSON. */
export function headJson(head: ThreadHead): string {
  const { threadId, rev, generation, hash, createdAt, updatedAt, metadata } = head;
  const fields = JSON.stringify({ threadId, rev, generation, hash, createdAt, updatedAt });
  return safeJson(`${fields.slice(0, -1)},"metadata":${toFile(stored(metadata))}}`);
}

/** An entry as JSON, as `import` reads it; `before` are fields in front of its own. Empty refs are left out. */
export function entryJson(entry: Entry, before: Readonly<Record<string, unknown>> = {}): string {
  const { id, at, kind, payload, refs } = entry;
  const fields = JSON.stringify({ ...before, id, at, kind }).slice(0, -1);
  const links = stored(refs);
  return safeJson(`${fields},"payload":${toFile(stored(payload))}${links === '{}' ? '' : `,"refs":${toFile(links)}`}}`);
}
