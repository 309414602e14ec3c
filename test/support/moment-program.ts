import { readMoment, systemClock } from "../../src/clock.ts";

/** Says what time it is, for whoever wants to compare. */
process.stdout.write(`${JSON.stringify(readMoment(systemClock))}\n`);
