import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** One page of the documentation. */
export interface Page {
  /** Path from the project's root. */
  path: string;
  text: string;
  blocks: Block[];
  /** Names its headings are linked by, as GitHub makes them. */
  anchors: string[];
  /** Without code blocks. */
  prose: string;
}

/** One fenced block: the words after the fence, and its text. */
export interface Block {
  page: string;
  line: number;
  language: string;
  marks: string[];
  text: string;
}

function readPage(path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [...text.matchAll(/^```(.+)\n([^]*?)^```$/gm)].map((found): Block => {
    const [language = "", ...marks] = (found[1] as string).trim().split(/\s+/);
    const line = text.slice(0, found.index).split("\n").length;
    return { page: path, line, language, marks, text: found[2] as string };
  });
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  const anchors = [...prose.matchAll(/^#+ (.+)$/gm)].map((found) =>
    (found[1] as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
  return { path, text, blocks, anchors, prose };
}

const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));

/** Every page of the project. */
export const pages = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...markdownIn("docs"),
  ...markdownIn("catalog-example"),
]
  .toSorted()
  .map(readPage);

/** Links between pages that lead nowhere, each with why. */
export function brokenLinks(page: Page): string[] {
  const words = page.prose.replaceAll(/`[^`\n]*`/g, "code");
  return [...words.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = "", anchor] = target.split("#");
    const path = file === "" ? page.path : relative(root, join(root, dirname(page.path), file));
    if (!existsSync(join(root, path))) return [`${target}: no such file`];
    const known = pages.find((other) => other.path === path)?.anchors ?? [];
    return anchor === undefined || known.includes(anchor) ? [] : [`${target}: no such heading`];
  });
}

/** Files and folders of the project that a page names and that do not exist. */
export function missingFiles(page: Page): string[] {
  const named = [...page.prose.matchAll(/`([\w@.-]+(?:\/[\w@.-]+)+\/?)`/g)].map(
    (found) => found[1] as string,
  );
  return named.filter((path) => {
    const isOurs = /^(src|test|docs|bench|catalog-example|\.ci)\//.test(path);
    const isSource = /^[a-z-]+\/[\w/-]+\.(ts|sh|sql|md)$/.test(path) && !path.startsWith("myapp/");
    if (!isOurs && !isSource) return false;
    return !["", "src", dirname(page.path)].some((base) => existsSync(join(root, base, path)));
  });
}
