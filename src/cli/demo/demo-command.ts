import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
export interface DemoOptions {
  yes?: boolean;
  datastore?: string;
}
export async function demoCommand(_context: CliContext, _options: DemoOptions): Promise<ExitCode> {
  return exitCodes.ok;
}
