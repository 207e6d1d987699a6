/** What `doctor` found of one thing. A warning is worth a look; a problem loses something, or stops something. */
export interface Check {
  readonly name: 'version' | 'renewed' | 'tables' | 'durability' | 'feed' | 'notifications';
  readonly result: 'ok' | 'warning' | 'problem';
  /** In words: what it is, and what to do. */
  readonly says: string;
}
