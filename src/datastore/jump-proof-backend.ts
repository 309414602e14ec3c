import { createPostgresBackend } from "bullmq";
import { createWallClockWatch } from "../wall-clock.ts";

/**
 * BullMQ on Postgres keeps leases as wall time: when the clock is set ahead, all of them look ended at once. So the look
 * for jobs without a worker that comes first after that is left out; until the next one, workers that live have renewed.
 */
export const createJumpProofBackend: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given);
  const look = backend.moveStalledJobsToWait.bind(backend);
  const setBy = createWallClockWatch();
  backend.moveStalledJobsToWait = async () => (setBy() === 0 ? await look() : []);
  return backend;
};
