import { mkdirSync } from "node:fs";
import { lockFolder, type FolderLock, type FolderUse } from "../../datastore/folder-lock.ts";
import { errorText } from "../../errors.ts";
import { unusableNasFolder } from "../../nas/simulated/nas-folder.ts";

const nasUse: FolderUse = {
  name: "folder of the simulated NAS",
  unusable: "NAS_FOLDER",
  locked: "NAS_FOLDER",
  elsewhere: "start in another folder",
  hint: "",
};

/** Makes the folder when it is not there and takes it for this process alone. Throws `NAS_FOLDER`. */
export function lockNasFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusableNasFolder(folder, `it cannot be made (${errorText(error)})`, error);
  }
  return lockFolder(folder, nasUse);
}
