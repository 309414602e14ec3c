import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { taskStatuses } from "../task/task-event.ts";
import { hookEvents } from "../schema/install-script.ts";
import type { CliContext } from "./cli-context.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Act, ActOptions } from "./tasks/act-command.ts";
import type { AnswerOptions } from "./tasks/answer-command.ts";
import type { LogsOptions } from "./tasks/logs-command.ts";
import type { ShowOptions } from "./tasks/show-command.ts";
import type { TasksOptions } from "./tasks/tasks-command.ts";
import type { TokenOptions, TokenVerb } from "./tasks/token-command.ts";

type Add = (program: Command, context: CliContext, onExit: (code: ExitCode) => void) => void;

/** The commands about tasks, each asking a server or working on a datastore itself. */
export const addTaskCommands: Add = (program, context, onExit) => {
  for (const add of [addTasks, addShow, addActs, addAnswer, addLogs, addToken]) add(program, context, onExit);
};

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

/** An option that is repeated is not checked by its choices. */
const collectStates = (value: string, all: string[] | undefined): string[] => {
  if ((taskStatuses as readonly string[]).includes(value)) return collect(value, all);
  throw new InvalidArgumentError(`Allowed choices are ${taskStatuses.join(", ")}.`);
};

/** Where the tasks are, and how they are printed. */
function withPlace(command: Command): Command {
  return command
    .option("--server <url>", "the server that has the tasks (default: http://127.0.0.1:8330, if it answers)")
    .option("--datastore <url>", "where the tasks are kept, without a server")
    .option("--json", "print JSON");
}

const taskHelp = "id of a task, or enough of its beginning or end";

const addTasks: Add = (program, context, onExit) => {
  const command = program
    .command("tasks")
    .description("which installs and upgrades there are, newest first")
    .option("--hooks", "the executions of hooks in place of installs and upgrades")
    .option("--active", "only what has not ended")
    .addOption(
      new Option("--status <state>", "only in this state; may be repeated")
        .choices(taskStatuses)
        .argParser(collectStates),
    )
    .option("--app <name>", "only of this app")
    .addOption(new Option("--event <event>", "only hooks of this event").choices(hookEvents))
    .option("--label <name:value>", "only with this label; may be repeated", collect)
    .option("--text <text>", "only with this text in the title or the app's name")
    .option("--dismissed", "those that were put away")
    .option("--limit <number>", "at most this many (default: 50)")
    .option("--cursor <cursor>", "go on where the page before has ended");
  withPlace(command).action(async (options: TasksOptions) => {
    const { tasksCommand } = await import("./tasks/tasks-command.ts");
    onExit(await tasksCommand(context, options));
  });
};

const addShow: Add = (program, context, onExit) => {
  const command = program
    .command("show")
    .description("all that is known of a task: steps, hooks, checkpoints, errors, what is possible")
    .argument("<task>", taskHelp);
  withPlace(command).action(async (task: string, options: ShowOptions) => {
    const { showCommand } = await import("./tasks/show-command.ts");
    onExit(await showCommand(context, task, options));
  });
};

const acts: Record<Act, string> = {
  retry: "try again what a task waits for",
  skip: "go on without the hook that waits",
  cancel: "end a task",
  dismiss: "put an install or upgrade that has ended away from view",
  rerun: "do what has ended once more, as a new task",
};

const addActs: Add = (program, context, onExit) => {
  for (const name of ["retry", "skip", "cancel", "dismiss", "rerun"] as const) {
    const command = program.command(name).description(acts[name]).argument("<task>", taskHelp);
    if (name === "retry") {
      command
        .option("--fresh", "run the hook as its script is now, from its beginning")
        .option("--change <input>", "ask for this input of the hook again first; may be repeated", collect);
    }
    withPlace(command).action(async (task: string, options: ActOptions) => {
      const { actCommand } = await import("./tasks/act-command.ts");
      onExit(await actCommand(context, { name, task }, options));
    });
  }
};

const addAnswer: Add = (program, context, onExit) => {
  const command = program
    .command("answer")
    .description("answer the questions a hook waits for; without answers they are asked")
    .argument("<task>", taskHelp)
    .argument("[id=value...]", "answers; id=@file.json reads the value");
  withPlace(command).action(async (task: string, answers: string[], options: AnswerOptions) => {
    const { answerCommand } = await import("./tasks/answer-command.ts");
    onExit(await answerCommand(context, { task, answers }, options));
  });
};

const addLogs: Add = (program, context, onExit) => {
  const command = program
    .command("logs")
    .description("what the hooks of a task have written")
    .argument("<task>", taskHelp)
    .option("-f, --follow", "go on until the task ends; exit 1 when it fails")
    .addOption(
      new Option("--level <level>", "the least level")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    );
  withPlace(command).action(async (task: string, options: LogsOptions) => {
    const { logsCommand } = await import("./tasks/logs-command.ts");
    onExit(await logsCommand(context, task, options));
  });
};

const addToken: Add = (program, context, onExit) => {
  const command = program
    .command("token")
    .description("who may use the HTTP API: make, list and revoke tokens")
    .addArgument(new Argument("<what>", "what to do").choices(["create", "list", "revoke"]))
    .argument("[name]", "a name for the new token, or the id of the one to revoke");
  withPlace(command).action(async (verb: TokenVerb, subject: string | undefined, options: TokenOptions) => {
    const { tokenCommand } = await import("./tasks/token-command.ts");
    onExit(await tokenCommand(context, { verb, subject }, options));
  });
};
