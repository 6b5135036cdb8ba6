import { resolve } from "node:path";
import { discoverConfig } from "../../config/discover.ts";
import { loadConfig } from "../../config/load.ts";
import { type CliIo, exitCodes, painterFor } from "../io.ts";

/** `vigie validate`: reads a configuration as `start` would; what is wrong is thrown and said by the caller. */
export async function validate(file: string | undefined, packageRoot: string, io: CliIo): Promise<number> {
  const path = file === undefined ? (await discoverConfig(io.cwd, packageRoot)).path : resolve(io.cwd, file);
  const { endpoints } = await loadConfig(path, io.env);
  const paused = endpoints.filter(({ enabled }) => !enabled).length;
  const count = `${endpoints.length} ${endpoints.length === 1 ? "endpoint" : "endpoints"}`;
  const paint = painterFor(io.stdout, io.env);
  io.stdout.write(`${paint("green", "valid:")} ${path}: ${count}${paused > 0 ? `, ${paused} paused` : ""}\n`);
  return exitCodes.ok;
}
