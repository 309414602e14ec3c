import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import { bookshelf } from "./bookshelf.ts";
import { gateway } from "./gateway.ts";
import { legacy } from "./legacy.ts";
import { mediabox } from "./mediabox.ts";
import { notes } from "./notes.ts";
import { photos } from "./photos.ts";
import { pinboard } from "./pinboard.ts";
import { sync } from "./sync.ts";

/** Behaviours of all apps of this catalog, by catalog app: `createSimulatedNas({ behaviours })`. */
export const behaviours: Record<string, AppBehaviour> = {
  bookshelf,
  gateway,
  legacy,
  mediabox,
  notes,
  photos,
  pinboard,
  sync,
};
