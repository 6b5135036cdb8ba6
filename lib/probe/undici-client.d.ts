/** The one class of undici that the probe uses: importing it alone halves the time the whole package takes to load. */
declare module "undici/lib/dispatcher/client.js" {
  import { Client } from "undici";
  // biome-ignore lint/style/noDefaultExport: this is how undici exports it
  export default Client;
}
