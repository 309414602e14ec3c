import fastify from "fastify";

/*
 * What the API is measured against, in a process of its own: a bare fastify route without conditions, and the same
 * fan-out of events without anything behind it. Prints its address; lives until its standard input ends.
 */

/** As large as the view of a task with a hook. */
const padding = "x".repeat(2000);
const eventEveryMs = 500;

const app = fastify({ forceCloseConnections: true });
const listeners = new Set<NodeJS.WritableStream>();

app.get("/hello", async () => ({ hello: "world" }));
app.get("/events", (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream" });
  reply.raw.write(": hello\n\n");
  listeners.add(reply.raw);
  reply.raw.once("close", () => listeners.delete(reply.raw));
});

let last = 0;
setInterval(() => {
  last += 1;
  const data = JSON.stringify({ at: new Date().toISOString(), padding });
  const frame = `id: floor-${last}\nevent: task.updated\ndata: ${data}\n\n`;
  for (const listener of listeners) listener.write(frame);
}, eventEveryMs).unref();

process.stdout.write(`${await app.listen({ host: "127.0.0.1", port: 0 })}\n`);
process.stdin.on("end", () => void app.close()).resume();
