import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** The configuration that is in force. `sample`: nobody chose it, it came with the package. */
export interface DiscoveredConfig {
  path: string;
  sample: boolean;
}

/** Names looked for in the working directory, in this order. */
export const configNames = ["vigie.yaml", "vigie.yml", "vigie.json"] as const;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Finds the configuration for a working directory: its own, or else the sample that the package ships. */
export async function discoverConfig(cwd: string, packageRoot: string): Promise<DiscoveredConfig> {
  for (const name of configNames) {
    const path = join(cwd, name);
    if (await exists(path)) return { path, sample: false };
  }
  return { path: join(packageRoot, "vigie.yaml"), sample: true };
}

/**
 * The directory of Vigie's own package.json, upwards from a module: the same from the sources and from the built
 * files, which lie at other depths.
 */
export async function findPackageRoot(from: string): Promise<string> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (await exists(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder))
      throw new Error(`No package.json above ${from}: the installation is damaged.`);
  }
}
