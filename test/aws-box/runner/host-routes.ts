import { Socket } from "node:net";

interface Options {
  host?: string;
}

/** `net` hands its own calls on as [options, callback] in one array. */
const optionsOf = (given: unknown): Options | null => {
  const first: unknown = Array.isArray(given) ? given[0] : given;
  return typeof first === "object" && first !== null ? first : null;
};

/** Has connections to some addresses end at others: tests check "public" targets without leaving the machine. */
export function routeConnections(routes: Readonly<Record<string, string>>): void {
  // whatever the overload, it is passed through to the socket it belongs to
  const connect = Socket.prototype.connect as (this: Socket, ...given: unknown[]) => Socket;
  function routed(this: Socket, ...given: unknown[]): Socket {
    const options = optionsOf(given[0]);
    const instead = options?.host === undefined ? undefined : routes[options.host];
    if (options !== null && instead !== undefined) options.host = instead;
    return connect.apply(this, given);
  }
  // the same signature, passed through
  Socket.prototype.connect = routed as typeof Socket.prototype.connect;
}
