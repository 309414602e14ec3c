/** An app's picture; without one its first letter on a colour of its own. */
export function AppTile({ name, icon = null }: { name: string; icon?: string | null }) {
  const isPicture = icon !== null && /^(https:|data:image\/)/.test(icon);
  return (
    <span class="app-tile" style={{ "--hue": String(hueOf(name)) }} aria-hidden="true">
      {isPicture ? <img src={icon} alt="" loading="lazy" /> : name.slice(0, 1).toUpperCase()}
    </span>
  );
}

function hueOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return sum;
}
