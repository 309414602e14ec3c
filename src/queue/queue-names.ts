/** Names of the two queues; BullMQ keeps everything below `tacklebox:`. */
export const operationsQueue = "installs";
export const hooksQueue = "hooks";

/** What a job holds: the record and the journal have the rest. */
export interface JobData {
  /** Id of the task; also the job's own. */
  id: string;
}
