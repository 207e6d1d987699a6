import type { Contestant } from '../contest.ts';
import { emmett } from './emmett.ts';
import { langgraphPostgres, langgraphSqlite } from './langgraph.ts';

export const peers: readonly Contestant[] = [emmett, langgraphPostgres, langgraphSqlite];
