import type { Job } from "bullmq";
import type { BullFactory } from "../datastore/datastore.ts";
import { errorText } from "../errors.ts";

/**
 * Renews the leases of the jobs a process has at work. BullMQ would do so too, by the wall clock: set back by an hour, it
 * renews nothing for that hour.
 */
export interface LeaseKeeper {
  /** Keeps the job's lease until `release`. */
  hold(job: Job, token: string | undefined): void;
  release(job: Job): void;
  /** The work has failed; that its lease was lost before is still told. */
  drop(job: Job): void;
  /** Renews all of them now. */
  renew(): Promise<void>;
  close(): void;
}

export interface LeaseKeeperOptions {
  bull: Pick<BullFactory, "renewLease">;
  leaseMs: number;
  /** Another worker has the job, or soon will. */
  onLost(job: Job): void;
  onTrouble(text: string): void;
}

export function createLeaseKeeper({ bull, leaseMs, onLost, onTrouble }: LeaseKeeperOptions): LeaseKeeper {
  const held = new Map<Job, { token: string; isReleased: boolean }>();
  const renewOne = async ([job, lease]: [Job, { token: string; isReleased: boolean }]): Promise<void> => {
    try {
      const isRenewed = await bull.renewLease(job, lease.token, leaseMs);
      if (isRenewed || lease.isReleased) return;
      held.delete(job);
      onTrouble(`could not renew lock for job ${job.id}`);
      onLost(job);
    } catch (error) {
      // Tried again soon; a datastore that is away longer than the lease ends it.
      onTrouble(errorText(error));
    }
  };
  const renew = async (): Promise<void> => {
    await Promise.all([...held].map(renewOne));
  };
  const timer = setInterval(() => void renew(), leaseMs / 4);
  timer.unref();
  return {
    hold: (job, token) => {
      if (token !== undefined) held.set(job, { token, isReleased: false });
    },
    release: (job) => {
      const lease = held.get(job);
      if (lease !== undefined) lease.isReleased = true;
      held.delete(job);
    },
    drop: (job) => void held.delete(job),
    renew,
    close: () => {
      clearInterval(timer);
      held.clear();
    },
  };
}
