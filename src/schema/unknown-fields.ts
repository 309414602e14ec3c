import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { didYouMean } from "./closest-name.ts";
import { describePlace, showValue } from "./describe-place.ts";
import schema from "./install-script.schema.json" with { type: "json" };
import { pointerSegment } from "./positions.ts";
import type { Report } from "./problem-draft.ts";

/** The parts of the schema language that decide which fields an object has. */
interface SchemaNode {
  $ref?: string;
  properties?: Record<string, SchemaNode | boolean>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
  allOf?: { if: { properties: Record<string, { const?: JsonValue }> }; then: SchemaNode }[];
}

const definitions = schema.definitions as Record<string, SchemaNode>;

/** Fields that were found at the root in the field but belong elsewhere. */
const misplaced = ["network", "resources"];

/** Reports each field the schema does not know, in every object whose fields it lists. */
export function reportUnknownFields(script: JsonObject, report: Report): void {
  const visit = (
    node: SchemaNode | boolean | undefined,
    value: JsonValue | undefined,
    pointer: string,
  ): void => {
    if (typeof node === "boolean" || node === undefined) return;
    const resolved = resolve(node);
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(resolved.items, item, pointer + pointerSegment(index)));
    }
    if (!isJsonObject(value)) return;
    const known = knownFields(resolved, value);
    if (known === null) return;
    for (const [name, field] of Object.entries(value)) {
      const fieldPointer = pointer + pointerSegment(name);
      if (Object.hasOwn(known, name)) visit(known[name], field, fieldPointer);
      else
        report({
          code: "FIELD_UNKNOWN",
          pointer: fieldPointer,
          at: "name",
          message: unknownText(script, pointer, name, known),
        });
    }
  };
  visit(schema as SchemaNode, script, "");
}

function resolve(node: SchemaNode): SchemaNode {
  const name = node.$ref?.split("/").at(-1);
  return (name === undefined ? undefined : definitions[name]) ?? node;
}

/** Fields of an object by schema, those of the variant its own values select included; null when any is allowed. */
function knownFields(node: SchemaNode, value: JsonObject): Record<string, SchemaNode | boolean> | null {
  if (node.properties === undefined || node.additionalProperties !== undefined) return null;
  let known = node.properties;
  for (const variant of node.allOf ?? []) {
    const selects = Object.entries(variant.if.properties).every(([name, test]) => value[name] === test.const);
    if (selects) known = { ...resolve(variant.then).properties, ...known };
  }
  return known;
}

function unknownText(script: JsonObject, pointer: string, name: string, known: object): string {
  const place = describePlace(script, pointer);
  if (pointer === "" && misplaced.includes(name)) {
    return `${place}: ${showValue(name)} is not a field of the root and is ignored; move it into "app_values".`;
  }
  const hint = didYouMean(name, Object.keys(known));
  return `${place}: unknown field ${showValue(name)} is ignored; remove it, or correct its spelling.${hint}`;
}
