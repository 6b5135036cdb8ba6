/** As far as the tests use it; the package ships no types. */
declare module "dynalite" {
  import type { Server } from "node:http";

  export interface DynaliteOptions {
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    maxItemSizeKb?: number;
  }

  // biome-ignore lint/style/noDefaultExport: the package has one
  export default function dynalite(options?: DynaliteOptions): Server;
}
