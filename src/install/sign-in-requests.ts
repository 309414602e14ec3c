import type { Desk } from "./desk.ts";

/**
 * What the user wants of one sign-in, as state on the desk.
 *
 * 1. A round is what lies between two Retries of the task. Within it the user may begin the sign-in anew or call it off;
 *    each wish has the next number, and the last one counts. Number 0 is nobody's wish: the hook's turn has come.
 * 2. What belongs to an earlier number is of no interest any more, results included.
 */
export interface SignInTurn {
  round: number;
  number: number;
  /** False: called off. */
  isWanted: boolean;
}

/** The last wish in a round. */
export async function findTurn(
  desk: Desk,
  taskId: string,
  inputId: string,
  round: number,
): Promise<SignInTurn> {
  const turn: SignInTurn = { round, number: 0, isWanted: true };
  for (;;) {
    const next = await desk.answers(taskId, wishKey(inputId, round, turn.number + 1));
    if (next === null) return turn;
    turn.number += 1;
    turn.isWanted = next["isWanted"] === true;
  }
}

/** Says what is wanted from now on; whoever says it first at that number is heard. */
export async function sayWish(
  desk: Desk,
  place: { taskId: string; inputId: string; turn: SignInTurn },
  isWanted: boolean,
): Promise<void> {
  const { taskId, inputId, turn } = place;
  await desk.answer(taskId, wishKey(inputId, turn.round, turn.number + 1), { isWanted });
}

/** Under which keys of the desk the sign-in that was begun, and how it ended, are kept. */
export function signInKeys(inputId: string, { round, number }: SignInTurn): { pin: string; result: string } {
  return {
    pin: `sign-in-pin-${round}-${number}-${inputId}`,
    result: `sign-in-result-${round}-${number}-${inputId}`,
  };
}

function wishKey(inputId: string, round: number, number: number): string {
  return `sign-in-${round}-${number}-${inputId}`;
}
