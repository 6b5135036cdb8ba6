import { request } from "node:https";
import { text } from "node:stream/consumers";
import { testRoot } from "../../support/certificates.ts";

/** What the stamping server at the port says it took, in ms by the id of the request; it forgets them. */
export async function fetchStamps(port: number): Promise<Record<string, number>> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request({ host: "127.0.0.1", port, path: "/stamps", ca: testRoot, agent: false }, (response) => {
    text(response).then(resolve, reject);
  })
    .on("error", reject)
    .end();
  return JSON.parse(await promise);
}
