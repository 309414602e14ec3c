import type { FastifyReply } from "fastify";
import type { TaskFeed } from "../feed/task-feed.ts";

/** 202 with the operation that was accepted, and where it is to be found. */
export async function answerAccepted(reply: FastifyReply, feed: TaskFeed, id: string): Promise<FastifyReply> {
  await feed.refresh(id);
  const { view } = await feed.snapshot(id);
  return reply.code(202).header("location", `/v1/tasks/${id}`).send(view);
}
