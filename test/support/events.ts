import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onTestFinished } from 'vitest';

/** What is told on a diagnostics channel of ours, of what is meant, until the test ends. */
export function eventsOf<Event>(channel: string, isMeant: (event: Event) => boolean): readonly Event[] {
  const events: Event[] = [];
  const listen = (message: unknown): void => {
    if (isMeant(message as Event)) events.push(message as Event);
  };
  subscribe(channel, listen);
  onTestFinished(() => {
    unsubscribe(channel, listen);
  });
  return events;
}
