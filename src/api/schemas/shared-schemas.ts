import { problemSchema } from "./answers.ts";
import { catalogEntrySchema, catalogSchema, catalogScriptSchema, planSchema } from "./catalog-schemas.ts";
import {
  appListSchema,
  healthSchema,
  newTokenSchema,
  readinessSchema,
  tokenListSchema,
} from "./other-schemas.ts";
import {
  historySchema,
  hookTaskSchema,
  logRowSchema,
  logSchema,
  operationTaskSchema,
  taskErrorSchema,
  taskListSchema,
  taskSchema,
} from "./task-schemas.ts";

/** The schemas that have a name of their own in the OpenAPI document. */
export const sharedSchemas = [
  problemSchema,
  taskErrorSchema,
  hookTaskSchema,
  operationTaskSchema,
  taskSchema,
  taskListSchema,
  historySchema,
  logRowSchema,
  logSchema,
  tokenListSchema,
  newTokenSchema,
  healthSchema,
  readinessSchema,
  appListSchema,
  catalogEntrySchema,
  catalogSchema,
  catalogScriptSchema,
  planSchema,
];
