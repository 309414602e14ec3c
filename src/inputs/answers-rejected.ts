import { TackleboxError } from "../errors.ts";
import { pointerSegment } from "../schema/positions.ts";
import type { AnswerFault, AnswerProblem } from "./check-answer.ts";

/** Thrown as `INPUT_INVALID` when answers do not do; carries what is wrong with each of them. */
export class AnswersRejectedError extends TackleboxError {
  readonly problems: readonly AnswerProblem[];

  /** `where`: the task or the script they were for. */
  constructor(where: string, problems: readonly AnswerProblem[]) {
    super("INPUT_INVALID", `${where}: ${problems.map(({ message }) => message).join(" ")}`, {
      context: problems.map(({ inputId, message }) => ({ label: inputId, value: message })),
    });
    this.name = "AnswersRejectedError";
    this.problems = problems;
  }
}

/** What is wrong with an answer that a request for an operation has in `part`. */
export function problemInRequest(
  part: "answers" | "inputs",
  inputId: string,
  { code, message }: AnswerFault,
): AnswerProblem {
  return { inputId, pointer: `/${part}${pointerSegment(inputId)}`, code, message };
}
