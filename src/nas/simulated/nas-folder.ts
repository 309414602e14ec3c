import { TackleboxError } from "../../errors.ts";

/** The error for a folder that cannot hold a simulated NAS, or whose files are not its own. */
export function unusableNasFolder(folder: string, found: string, cause?: unknown): TackleboxError {
  return new TackleboxError(
    "NAS_FOLDER",
    `folder of the simulated NAS ${folder}: ${found}, expected one this user can write, new or as the simulated NAS left ` +
      "it; mend it, move it away (its apps are forgotten then), or start in another folder.",
    cause === undefined ? {} : { cause },
  );
}
