import { errorCodeOf, errorText } from "../../src/errors.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";

/**
 * A process that opens the datastore named by its arguments (URL, options as JSON), says how that went in one line, and then
 * writes entries to the journal `held` one by one, telling each acknowledged length, until it is killed.
 */
const [url = "", options = "{}"] = process.argv.slice(2);
try {
  const store = await openDatastore(url, JSON.parse(options) as object);
  console.log("open");
  let length = (await store.journals.read("held")).length;
  for (;;) {
    await store.journals.append("held", length, [new TextEncoder().encode(`entry ${length}`)]);
    length += 1;
    console.log(length);
  }
} catch (error) {
  console.log(`${errorCodeOf(error) ?? "no code"} ${errorText(error)}`);
}
