/** Median, least and greatest of a number of rounds. */
export interface Summary {
  median: number;
  min: number;
  max: number;
  rounds: number;
}

/** What a figure must keep to; `project` is where it shall get to beyond that. */
export type Goal = { kind: "ratio"; atMost: number; project?: number } | { kind: "value"; below: number };

/** One measured figure with the floor that was measured beside it. */
export interface Row {
  subject: string;
  name: string;
  unit: string;
  figure: Summary;
  floor: { name: string; summary: Summary } | null;
  goal: Goal | null;
}

/** What a subject is told. */
export interface BenchSettings {
  /** Rounds of each figure that counts milliseconds or less. */
  rounds: number;
  /** Hooks run for one figure of hooks per second. */
  hooks: number;
  /** Hooks parked for the figure of their memory. */
  parked: number;
  /** Hooks parked while it is measured how one of them goes on. */
  many: number;
  /** Datastores to measure, by kind. */
  datastores: string[];
  /** Told what is going on and what is left out. */
  say(text: string): void;
}

/** Summary of at least one value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((left, right) => left - right);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError("summarize: no values were given.");
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? min;
  const high = sorted[Math.floor(middle)] ?? max;
  return { median: (low + high) / 2, min, max, rounds: sorted.length };
}

/** One round of a measurement; resolves to its value. */
export type Round = (round: number) => Promise<number>;

/**
 * Measures things in turns (A B A B ...), so that what else the machine does meets all of them alike and their
 * ratios hold. Rounds before `rounds` begin count from -`warmUps` and are not part of the result.
 */
export async function measureInTurns<Name extends string>(
  rounds: number,
  subjects: Record<Name, Round>,
  warmUps = 3,
): Promise<Record<Name, Summary>> {
  const names = Object.keys(subjects) as Name[];
  const values = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const name of names) {
      const value = await subjects[name](round);
      if (round >= 0) values.get(name)?.push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summarize(values.get(name) ?? [])])) as Record<
    Name,
    Summary
  >;
}

/** Median over median; null without a floor. */
export function ratioOf(row: Row): number | null {
  return row.floor === null ? null : row.figure.median / row.floor.summary.median;
}

/** Whether the row keeps its goal; null when it has none. */
export function isMet(row: Row): boolean | null {
  if (row.goal === null) return null;
  if (row.goal.kind === "value") return row.figure.median < row.goal.below;
  const ratio = ratioOf(row);
  return ratio !== null && ratio <= row.goal.atMost;
}

/** The rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    `${row.subject}: ${row.name}`,
    describe(row.figure, row.unit),
    row.floor === null ? "" : `${describe(row.floor.summary, row.unit)} ${row.floor.name}`,
    ratioOf(row)?.toFixed(2) ?? "",
    describeGoal(row),
  ]);
  const table = [["figure", "median (min to max)", "floor", "ratio", "goal"], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const lines = table.map(
    (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`,
  );
  return [lines[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.slice(1)].join(
    "\n",
  );
}

function describe({ median, min, max, rounds }: Summary, unit: string): string {
  const range = rounds === 1 ? "" : ` (${short(min)} to ${short(max)})`;
  return `${short(median)} ${unit}${range}`;
}

function describeGoal(row: Row): string {
  const { goal } = row;
  if (goal === null) return "";
  const verdict = isMet(row) === true ? "kept" : "MISSED";
  if (goal.kind === "value") return `below ${goal.below} ${row.unit}: ${verdict}`;
  const project = goal.project === undefined ? "" : ` (project: ${goal.project}x)`;
  return `at most ${goal.atMost}x: ${verdict}${project}`;
}

/** Three digits are all a noisy machine can say. */
function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
