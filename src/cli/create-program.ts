import { Command, Option } from "commander";
import { didYouMean } from "../schema/closest-name.ts";
import { hookEvents } from "../schema/install-script.ts";
import { addTaskCommands } from "./add-task-commands.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { CliContext } from "./cli-context.ts";
import type { DemoOptions } from "./demo/demo-command.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { LockOptions } from "./lock/lock-command.ts";
import type { PlanOptions } from "./plan/plan-command.ts";
import type { ReplayOptions } from "./replay/replay-command.ts";
import type { RotateKeyOptions } from "./rotate-key/rotate-key-command.ts";
import type { RunOptions } from "./run/run-options.ts";
import type { ServeOptions } from "./serve/serve-options.ts";
import type { WorkerOptions } from "./worker/worker-command.ts";
import type { ValidateOptions } from "./validate/validate-command.ts";

/** The command line. A command loads what it needs when it is called; `onExit` gets its exit code. */
export function createProgram(context: CliContext, onExit: (code: ExitCode) => void): Command {
  const program = new Command("tacklebox")
    .description("A durable, sandboxed runtime for the lifecycle hooks of NAS app install scripts")
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.data(text.trimEnd()),
      writeErr: (text) => context.terminal.say(text.trimEnd()),
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 hook failed, 2 usage, 3 invalid script, 4 sandbox limit,\n5 NAS or datastore unreachable, 6 input needed, 130 interrupted.",
    );
  addValidate(program, context, onExit);
  addLock(program, context, onExit);
  addPlan(program, context, onExit);
  addRun(program, context, onExit);
  addReplay(program, context, onExit);
  addDemo(program, context, onExit);
  addServe(program, context, onExit);
  addWorker(program, context, onExit);
  addRotateKey(program, context, onExit);
  addTaskCommands(program, context, onExit);
  addHelp(program);
  for (const command of program.commands) {
    command
      .helpOption("-h, --help", "print this help")
      .showHelpAfterError(`See: tacklebox ${command.name()} --help`);
  }
  program.showHelpAfterError("See: tacklebox --help");
  return program;
}

type Add = (program: Command, context: CliContext, onExit: (code: ExitCode) => void) => void;

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

const catalogHelp = "folder that script paths are relative to (default: the script's own)";

/** In place of commander's own, which prints the whole help for a command it does not know. */
function addHelp(program: Command): void {
  program
    .command("help")
    .description("print the help of a command")
    .argument("[command]", "its name")
    .action((name?: string) => {
      if (name === undefined) program.help();
      const command = program.commands.find((one) => one.name() === name);
      if (command !== undefined) command.help();
      const names = program.commands.map((one) => one.name());
      program.error(`error: unknown command '${name}'.${didYouMean(name ?? "", names)}`);
    });
}

const addValidate: Add = (program, context, onExit) => {
  program
    .command("validate")
    .description("check install scripts and compile their hooks; exit 3 when one is refused")
    .argument("<paths...>", "install scripts, or folders of them")
    .option("--catalog <dir>", catalogHelp)
    .option("--json", "print one JSON object")
    .addOption(
      new Option("--format <format>", "how problems are printed").choices(["text", "json", "github"]),
    )
    .action(async (paths: string[], options: ValidateOptions) => {
      const { validateCommand } = await import("./validate/validate-command.ts");
      onExit(await validateCommand(context, paths, options));
    });
};

const addLock: Add = (program, context, onExit) => {
  program
    .command("lock")
    .description("write down the checksums of a catalog's hooks, or check them; exit 3 when they differ")
    .argument("<paths...>", "install scripts, or folders of them")
    .option("--catalog <dir>", "the catalog's root folder (default: the folder named, or the scripts' own)")
    .option("--check", "change nothing; exit 3 when something differs from the lock file")
    .option("--json", "print one JSON object")
    .action(async (paths: string[], options: LockOptions) => {
      const { lockCommand } = await import("./lock/lock-command.ts");
      onExit(await lockCommand(context, paths, options));
    });
};

const addPlan: Add = (program, context, onExit) => {
  program
    .command("plan")
    .description("show which hooks an install or upgrade would run, and why")
    .argument("<script>", "install script")
    .option("--catalog <dir>", catalogHelp)
    .option("--upgrade", "plan an upgrade (needs --from)")
    .option("--from <version>", "version that is installed; makes it an upgrade")
    .option("--to <version>", "version to be installed (default: the script's)")
    .option("--opt-in <id>", "switch a userOptional hook on", collect)
    .option("--opt-out <id>", "switch a userOptional hook off", collect)
    .option("--json", "print one JSON object")
    .action(async (script: string, options: PlanOptions) => {
      const { planCommand } = await import("./plan/plan-command.ts");
      onExit(await planCommand(context, script, options));
    });
};

const addRun: Add = (program, context, onExit) => {
  program
    .command("run")
    .description("run the hooks of a script in the real sandbox, against the simulated NAS or a given app")
    .argument("<script>", "install script")
    .option("--catalog <dir>", catalogHelp)
    .option("--app <name>", "name of the app (default: the script's file name)")
    .option("--hook <id>", "run this hook only")
    .addOption(new Option("--event <event>", "run hooks of this event only").choices(hookEvents))
    .option("--from <version>", "version that is installed; makes it an upgrade")
    .option("--to <version>", "version to be installed (default: the script's)")
    .option("--host <host>", "run against an app that is already there")
    .option("--port <port>", "its port")
    .option("--input <id=value>", "answer a hook's input; id=@file.json reads the value", collect)
    .option("--answer <key=value>", "answer an installation question", collect)
    .option("--opt-in <id>", "switch a userOptional hook on", collect)
    .option("--opt-out <id>", "switch a userOptional hook off", collect)
    .addOption(
      new Option("--on-failure <what>", "what to do with a hook that waits for Retry or Skip").choices([
        "ask",
        "retry",
        "skip",
        "fail",
      ]),
    )
    .option("--allow <host[:port]>", "let hooks reach this host", collect)
    .option("--map-origin <from=to>", "send an allowed origin to a stand-in", collect)
    .option("--skip-waits", "let sleeps and polling delays take no real time")
    .option("--timeout <seconds>", "in place of each hook's own timeout")
    .option("--no-simulated", "do not load the catalog's own _simulated/<app>.ts")
    .option("--json", "print one JSON object")
    .action(async (script: string, options: RunOptions) => {
      prepareSandboxCode();
      const { runCommand } = await import("./run/run-command.ts");
      onExit(await runCommand(context, script, options));
    });
};

/** Has the sandbox's code built while everything else is loaded; whoever needs it meets a failure again. */
function prepareSandboxCode(): void {
  void import("../runtime/sandbox-code.ts")
    .then(({ buildSandboxCode }) => buildSandboxCode())
    .catch(() => {});
}

const addReplay: Add = (program, context, onExit) => {
  program
    .command("replay")
    .description("run a recorded hook again, read-only: each effect with its recorded result and its line")
    .argument("<task>", "id of a hook task, or the .json file of a recording")
    .option("--attempt <number>", "which attempt (default: the last one)")
    .option("--to <entry>", "stop at this entry of the journal")
    .option("--datastore <url>", "where the task is kept (default: pglite:.tacklebox/demo)")
    .option("--json", "print one JSON object")
    .action(async (task: string, options: ReplayOptions) => {
      prepareSandboxCode();
      const { replayCommand } = await import("./replay/replay-command.ts");
      onExit(await replayCommand(context, task, options));
    });
};

const addDemo: Add = (program, context, onExit) => {
  program
    .command("demo")
    .description("install and upgrade an example app with its hooks, start to end, on the simulated NAS")
    .option("-y, --yes", "answer every question with its default")
    .option("--datastore <url>", "where tasks are kept (default: pglite:.tacklebox/demo)")
    .action(async (options: DemoOptions) => {
      const { demoCommand } = await import("./demo/demo-command.ts");
      onExit(await demoCommand(context, options));
    });
};

const addRotateKey: Add = (program, context, onExit) => {
  program
    .command("rotate-key")
    .description("seal everything in a datastore anew with the key given, so that the previous one can go")
    .option("--datastore <url>", "the datastore whose key changes (default: TACKLEBOX_DATASTORE)")
    .action(async (options: RotateKeyOptions) => {
      const { rotateKeyCommand } = await import("./rotate-key/rotate-key-command.ts");
      onExit(await rotateKeyCommand(context, options));
    });
};

const addWorker: Add = (program, context, onExit) => {
  program
    .command("worker")
    .description("one more process that works on the tasks of a server, until it is stopped")
    .option("--datastore <url>", "the server's datastore: redis:// or postgres://")
    .option("--allow <host[:port]>", "let hooks reach this host", collect)
    .option("--hook-concurrency <number>", "hooks at work at the same time (default: 2)")
    .action(async (options: WorkerOptions) => {
      prepareSandboxCode();
      const { workerCommand } = await import("./worker/worker-command.ts");
      onExit(await workerCommand(context, options));
    });
};

const addServe: Add = (program, context, onExit) => {
  program
    .command("serve")
    .description("the HTTP API, the activity center and a worker in one process, until it is stopped")
    .option(
      "--host <address>",
      "address to listen on; others than loopback open it to the network",
      "127.0.0.1",
    )
    .option("--port <port>", "port to listen on; 0 takes a free one", "8330")
    .option("--datastore <url>", "where tasks are kept (default: pglite:.tacklebox/serve)")
    .option("--catalog <dir>", "folder of install scripts to offer, and root of their hooks' paths")
    .option(
      "--allow-host <name>",
      "name under which browsers reach it, beside localhost and addresses",
      collect,
    )
    .option("--allow <host[:port]>", "let hooks reach this host", collect)
    .option("--hook-concurrency <number>", "hooks at work at the same time (default: 2)")
    .option("--no-simulated", "do not load the catalog's own _simulated/<app>.ts")
    .option("--no-worker", "do none of the work; tacklebox worker does it")
    .action(async (options: ServeOptions) => {
      prepareSandboxCode();
      const { serveCommand } = await import("./serve/serve-command.ts");
      onExit(await serveCommand(context, options));
    });
};
