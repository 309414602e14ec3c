import type { Socket } from "node:net";
import { TackleboxError } from "../errors.ts";
import { toProblem } from "./problem.ts";

/** Answers bytes that are no HTTP request, on their socket: no route has seen them. */
export function answerUnreadable({ code }: { code: string }, socket: Socket): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const error = new TackleboxError("REQUEST_INVALID", textOf(code));
  const body = Buffer.from(JSON.stringify(toProblem(error, "")));
  socket.end(
    Buffer.concat([
      Buffer.from(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\nconnection: close\r\n" +
          `content-length: ${body.byteLength}\r\n\r\n`,
      ),
      body,
    ]),
  );
}

function textOf(code: string): string {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "headers: they are larger than 16 KiB, expected less; send fewer or shorter ones.";
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "request: it did not come in time, expected it whole within five minutes; send it again.";
    default:
      return "request: it is not HTTP/1.1 as RFC 9112 has it; correct its first line, headers or length.";
  }
}
