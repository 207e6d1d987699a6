import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in this process that can cut a connection after so many bytes, and counts what passes. */
export interface TcpProxy {
  readonly url: string;
  /** Cuts the next connection after so many bytes of answers, or of requests, have passed; 0 lets all pass. */
  cutAfter(bytes: number, side: 'answers' | 'requests'): void;
  /** How many connections were cut. */
  readonly cuts: number;
  /** From here on drops the notifications among the answers; the rest passes. */
  dropNotifications(): void;
  /** From here on nothing passes, and nobody is told: both ends believe in an open connection. */
  freeze(): void;
  /** What comes from here on passes again; what was frozen is lost. */
  unfreeze(): void;
  /** What the client has sent since the last call, as text. */
  sent(): string;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<TcpProxy> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let budget = 0;
  let cutSide: 'answers' | 'requests' = 'answers';
  let cuts = 0;
  let requests: Buffer[] = [];
  let frozen = false;
  let drops = false;

  const server: Server = createServer(client => {
    const upstream = connect(Number(to.port), to.hostname);
    const ends = [client, upstream];
    let opened = false;
    for (const socket of ends) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        for (const other of ends) other.destroy();
      });
    }
    let dead = false;
    const filter = withoutNotifications();
    const pass = (from: Socket, into: Socket, side: 'answers' | 'requests'): void => {
      from.on('data', given => {
        dead ||= frozen;
        if (dead) return;
        const chunk = drops && side === 'answers' ? filter(given) : given;
        // The first request opens the session; it has no letter before its length, as all later ones do.
        if (side === 'requests' && opened) requests.push(chunk);
        opened ||= side === 'requests';
        if (budget === 0 || side !== cutSide) {
          into.write(chunk);
          return;
        }
        if (chunk.length < budget) {
          budget -= chunk.length;
          into.write(chunk);
          return;
        }
        // The part that still passes is flushed; then both ends go at once, as when a machine in between dies.
        into.write(chunk.subarray(0, budget), () => {
          for (const socket of ends) socket.resetAndDestroy();
        });
        budget = 0;
        cuts += 1;
      });
    };
    pass(client, upstream, 'requests');
    pass(upstream, client, 'answers');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return {
    url: url.toString(),
    dropNotifications: () => {
      drops = true;
    },
    freeze: () => {
      frozen = true;
    },
    unfreeze: () => {
      frozen = false;
    },
    cutAfter: (bytes, side) => {
      budget = bytes;
      cutSide = side;
    },
    get cuts() {
      return cuts;
    },
    sent: () => {
      const text = Buffer.concat(requests).toString('latin1');
      requests = [];
      return text;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Answers are messages: a letter, the length of the rest, the rest. Must see a connection from its beginning. */
function withoutNotifications(): (chunk: Buffer) => Buffer {
  let rest = Buffer.alloc(0);
  return chunk => {
    rest = Buffer.concat([rest, chunk]);
    const kept: Buffer[] = [];
    while (rest.length >= 5 && rest.length >= 1 + rest.readUInt32BE(1)) {
      const message = rest.subarray(0, 1 + rest.readUInt32BE(1));
      if (String.fromCharCode(message[0] ?? 0) !== 'A') kept.push(message);
      rest = rest.subarray(message.length);
    }
    return Buffer.concat(kept);
  };
}
