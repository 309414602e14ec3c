import { describe, expect, test } from "vitest";
import { findingsOf, onlyProblemOf, problemsOf, scriptWithFlow } from "./check.ts";

describe("sign-in", () => {
  test.each([
    [{ pinUrl: "https://a.example/pins?client={clientId}" }],
    [{ authUrl: "https://a.example/{code}/{pinId}#?x={clientId}" }],
    [{ pollUrl: "https://8.8.8.8/{pinId}" }],
    [{ headers: { "X-Client": "{clientId}", Accept: "application/json" } }],
  ])("accepts %j", (fields) => expect(findingsOf(scriptWithFlow(fields))).toEqual([]));

  const place = 'hooks[0] "setup", inputs[0] "login", flow';
  test.each([
    ["http://a.example/", "expected an address that begins with https:// and a host"],
    ["https:///path", "expected an address that begins with https:// and a host"],
    ["plex.tv/pins", "expected an address that begins with https:// and a host"],
    ["https://{code}.example/", "expected placeholders only in path, query or fragment; write the host out"],
    ["https://user:pw@a.example/", "expected no user name or password in the address; remove them"],
    [
      "https://a.example/{token}",
      "expected no braces but the placeholders {clientId}, {code}, {pinId}; remove the others",
    ],
    [
      "https://a.example/{",
      "expected no braces but the placeholders {clientId}, {code}, {pinId}; remove the others",
    ],
    ["https://a.example\\@b.example/", "which holds a space, a control character or a backslash; encode it"],
    ["https://a.example/ x", "which holds a space, a control character or a backslash; encode it"],
    ["https://a.example/\n", "which holds a space, a control character or a backslash; encode it"],
    ["https://a.example:99999/", "which cannot be read as an address; correct it"],
    ["https://localhost/", "expected a public host; sign-in on the local network is not possible"],
    ["https://a.localhost./", "expected a public host"],
    ["https://127.0.0.1:8443/", "expected a public host"],
    ["https://2130706433/", "expected a public host"],
    ["https://192.168.1.4/", "expected a public host"],
    ["https://[::1]/", "expected a public host"],
    ["https://[::ffff:10.0.0.1]/", "expected a public host"],
    ["https://169.254.169.254/latest", "expected a public host"],
  ])("refuses %j", (authUrl, fault) => {
    const problem = onlyProblemOf(scriptWithFlow({ authUrl }));
    expect(problem).toMatchObject({ code: "OAUTH_URL", pointer: "/hooks/0/inputs/0/flow/authUrl" });
    expect(problem.message).toContain(`${place}.authUrl: found ${JSON.stringify(authUrl)}, ${fault}`);
  });

  test("refuses a placeholder that has no value yet when the PIN is asked for", () => {
    expect(onlyProblemOf(scriptWithFlow({ pinUrl: "https://a.example/{code}" })).message).toContain(
      "expected no braces but the placeholders {clientId}; remove the others",
    );
  });

  test("refuses headers that would break the request, and warns of placeholders that are not filled", () => {
    const headers = { "Bad Name": "x", Accept: "a\r\nHost: b", "X-Code": "{code}", "X-Number": 5 };
    expect(
      problemsOf(scriptWithFlow({ headers })).map(({ severity, code, message }) => [severity, code, message]),
    ).toEqual([
      [
        "error",
        "SCHEMA_VALUE",
        `${place}.headers: "Bad Name" cannot be the name of a header; expected letters, digits and dashes; correct it.`,
      ],
      [
        "error",
        "SCHEMA_VALUE",
        `${place}.headers, "Accept": the value holds a line break or another control character; expected one line of text; remove it.`,
      ],
      [
        "warning",
        "FIELD_STYLE",
        `${place}.headers, "X-Code": {code} is sent as it is; expected no placeholder but {clientId}; correct it if one was meant.`,
      ],
      ["error", "SCHEMA_TYPE", `${place}.headers.X-Number: found 5, expected a string.`],
    ]);
  });

  test("leaves addresses that are no text to the schema", () => {
    expect(findingsOf(scriptWithFlow({ pinUrl: 5, headers: [] }))).toEqual([
      "SCHEMA_TYPE /hooks/0/inputs/0/flow/pinUrl",
      "SCHEMA_TYPE /hooks/0/inputs/0/flow/headers",
    ]);
  });
});
