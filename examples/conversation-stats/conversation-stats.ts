import { defineEntity, p } from '@mikro-orm/core';
import type { ProjectorDefinition } from 'thread-journal';

/** A read model of yours: a row a conversation. `version` is part of the key, so that two versions stand side by side. */
export const ConversationStats = defineEntity({
  name: 'ConversationStats',
  tableName: 'conversation_stats',
  properties: {
    version: p.integer().primary().name('version'),
    threadId: p.text().primary().name('thread_id'),
    turns: p.integer().name('turns'),
    toolCalls: p.integer().name('tool_calls'),
    characters: p.integer().name('characters'),
  },
});

/** For a migration of yours. */
export const CREATE_CONVERSATION_STATS = `create table conversation_stats (
  version int not null, thread_id text not null, turns int not null, tool_calls int not null, characters int not null,
  primary key (version, thread_id))`;

/** Raise `version` when you change what follows: the new rows are made beside the old ones, and then swapped in. */
export const conversationStats: ProjectorDefinition = {
  projection: { name: 'conversation_stats', version: 1, kinds: ['message', 'tool_call', 'tool_result'] },
  handle: async (entries, em, { version }) => {
    const threadId = [...new Set(entries.map(entry => entry.threadId))];
    const found = await em.find(ConversationStats, { version, threadId });
    const rows = new Map(found.map(row => [row.threadId, row]));
    for (const { threadId, kind, payload } of entries) {
      const row =
        rows.get(threadId) ??
        em.create(ConversationStats, { version, threadId, turns: 0, toolCalls: 0, characters: 0 });
      rows.set(threadId, row);
      if (payload['role'] === 'user') row.turns += 1;
      if (kind === 'tool_call') row.toolCalls += 1;
      row.characters += String(payload['content'] ?? '').length;
    }
  },
};

export default [conversationStats];
