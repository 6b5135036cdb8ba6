import { Socket } from "node:net";

interface Options {
  host?: string;
  port?: number | string;
}

/** `net` hands its own calls on as [options, callback] in one array. */
const optionsOf = (given: unknown): Options | null => {
  const first: unknown = Array.isArray(given) ? given[0] : given;
  return typeof first === "object" && first !== null ? first : null;
};

function placeOf(text: string): Required<Options> {
  const [host = "", port = ""] = text.split(":");
  return { host, port };
}

/**
 * Has connections to some places end at others: tests check "public" targets without leaving the machine.
 * @param routes `8.8.8.8:80` to `127.0.0.1:41234`
 */
export function routeConnections(routes: Readonly<Record<string, string>>): void {
  // whatever the overload, it is passed through to the socket it belongs to
  const connect = Socket.prototype.connect as (this: Socket, ...given: unknown[]) => Socket;
  function routed(this: Socket, ...given: unknown[]): Socket {
    const options = optionsOf(given[0]);
    const instead = options === null ? undefined : routes[`${options.host}:${options.port}`];
    if (options !== null && instead !== undefined) Object.assign(options, placeOf(instead));
    return connect.apply(this, given);
  }
  // the same signature, passed through
  Socket.prototype.connect = routed as typeof Socket.prototype.connect;
}
