/** Origins of the sign-ins in an install script's text, which a stand-in takes the place of. */
export function signInOrigins(script: string): string[] {
  const origins = (script.match(/"(?:pinUrl|pollUrl|authUrl)":\s*"([^"]+)"/g) ?? []).flatMap((field) => {
    const url = URL.parse(field.split('"').at(-2) ?? "");
    return url === null ? [] : [url.origin];
  });
  return [...new Set(origins)];
}
