import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";
import { literalText, macrosIn } from "../../macros/macro-tree.ts";
import { macroNames, parseMacros } from "../../macros/parse-macros.ts";
import { describePlace, showValue } from "../describe-place.ts";
import { pointerSegment } from "../positions.ts";
import type { Report } from "../problem-draft.ts";
import { objectAt, objectsAt, questionsOf, rootOf, textAt } from "../script-parts.ts";

interface TextAt {
  text: string;
  pointer: string;
}

/** A macro's name and offset in the text. */
interface Use {
  name: string;
  offset: number;
}

/**
 * Macros are known and well formed wherever they are expanded: in `app_values`, paths of directories and defaults of
 * questions. The locations and questions they name are declared.
 */
export function checkMacros(script: JsonObject, report: Report): void {
  const root = rootOf(script);
  const requirements = objectAt(script, root, "requirements");
  const locations = requirements?.value["locations"];
  const questions = objectsAt(script, root, "installation_questions");
  const declared = {
    locations: new Set(Array.isArray(locations) ? locations : []),
    questions: new Set<JsonValue>(questions.map((question) => textAt(question, "key"))),
  };
  const told = new Set<string>();
  const once = (key: string, tell: () => void): void => {
    if (!told.has(key)) tell();
    told.add(key);
  };
  for (const { text, pointer } of expandedTexts(script)) {
    const place = describePlace(script, pointer);
    const { parts, problems } = parseMacros(text);
    for (const { code, offset, message } of problems) {
      report({ code, pointer, at: { offset }, message: `${place}: ${message}.` });
    }
    checkCapitals({ text, pointer }, place, report);
    for (const macro of macrosIn(parts)) {
      const { offset } = macro;
      const name = macro.kind === "LOCATION" ? literalText(macro.name) : null;
      if (name && !declared.locations.has(name)) {
        once(`location ${name}`, () => report(undeclaredLocation(place, pointer, { name, offset })));
      }
      const key = macro.kind === "QUESTION" ? literalText(macro.key) : null;
      if (key && !declared.questions.has(key)) {
        once(`question ${key}`, () => report(undeclaredQuestion(place, pointer, { name: key, offset })));
      }
    }
  }
}

type Draft = Parameters<Report>[0];

function undeclaredLocation(place: string, pointer: string, { name, offset }: Use): Draft {
  const message = `${place}: location ${showValue(name)} is used, but not declared; expected it in requirements.locations; add it there.`;
  return { code: "LOCATION_UNDECLARED", pointer, at: { offset }, message };
}

function undeclaredQuestion(place: string, pointer: string, { name, offset }: Use): Draft {
  const message = `${place}: $QUESTION(${name}) is used, but no question has that key; expected one in installation_questions; add it, or correct the key.`;
  return { code: "QUESTION_UNDECLARED", pointer, at: { offset }, message };
}

/** A macro in small letters is plain text, which is hardly ever meant; the first of each text is told. */
function checkCapitals({ text, pointer }: TextAt, place: string, report: Report): void {
  for (const found of text.matchAll(/\$[A-Za-z_]+(?=\()/g)) {
    const name = found[0].slice(1);
    const meant = name.toUpperCase();
    if (name === meant || !macroNames.includes(meant)) continue;
    const message = `${place}: $${name}(...) is plain text and is not replaced; expected capital letters for a macro; write $${meant}(...) if it is one.`;
    report({ code: "FIELD_STYLE", pointer, at: { offset: found.index }, message });
    return;
  }
}

/** Every text in which macros are expanded. */
function expandedTexts(script: JsonObject): TextAt[] {
  const texts: TextAt[] = [];
  const collect = (value: JsonValue | undefined, pointer: string): void => {
    if (typeof value === "string") texts.push({ text: value, pointer });
    else if (Array.isArray(value))
      value.forEach((item, index) => collect(item, pointer + pointerSegment(index)));
    else if (isJsonObject(value)) {
      for (const [name, item] of Object.entries(value)) collect(item, pointer + pointerSegment(name));
    }
  };
  for (const directory of objectsAt(script, rootOf(script), "ensure_directories_exists")) {
    collect(directory.value["path"], `${directory.pointer}/path`);
  }
  for (const question of questionsOf(script))
    collect(question.value["default"], `${question.pointer}/default`);
  collect(script["app_values"], "/app_values");
  return texts;
}
