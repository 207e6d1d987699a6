export { type FollowOptions, follow, type StreamOptions } from './follow.ts';
export { type FollowAllOptions, followAll, type StreamAllOptions } from './follow-all.ts';
export { type Hub, hubOf } from './hub.ts';
export { observe } from './observe.ts';
export type { LiveStatus } from './status.ts';
export type { Watcher } from './watcher.ts';
