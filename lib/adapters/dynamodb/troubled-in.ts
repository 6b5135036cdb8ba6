import { troubledFrom, troubleIn } from "./alert-item.ts";
import { allOf, type Table } from "./table.ts";

/**
 * Who of a shard is in trouble, each as `<org>/<id>`: one query, half a read unit where there is nobody. From an index
 * that may lag by a second, and that knows an endpoint's shard from when its state was written last.
 */
export const makeTroubledIn =
  (alerts: Table) =>
  async (shard: string): Promise<ReadonlySet<string>> => {
    const { bucket, prefix } = troubleIn(shard);
    const items = await allOf(alerts, {
      index: "troubled",
      partition: ["bucket", bucket],
      beginsWith: ["at", prefix],
      only: ["pk"],
    });
    return new Set(items.map(troubledFrom).map(({ org, endpointId }) => `${org}/${endpointId}`));
  };
