/** A custom app with one hook after the install, whose function body is `body`. */
export function scriptOf(body: string, declaration: Record<string, unknown> = {}): string {
  const script = {
    version: 5,
    custom: true,
    metadata: {
      name: "Test app",
      description: "An app of a test",
      icon: "https://icons.example/app.svg",
      version: "1.0.0",
    },
    hooks: [
      {
        id: "setup",
        event: "onAfterInstall",
        entrypoint: "main",
        description: "Setting up the app",
        scriptContent: `export async function main(ctx) {\n${body}\n}`,
        ...declaration,
      },
    ],
  };
  return JSON.stringify(script, null, 2);
}
