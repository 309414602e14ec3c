import { useSignal } from "@preact/signals";

/** An app's picture; without one, or when it cannot be loaded, its first letter on a colour of its own. */
export function AppTile({ name, icon = null }: { name: string; icon?: string | null }) {
  const isMissing = useSignal(false);
  const isPicture = icon !== null && !isMissing.value && /^(https:|data:image\/)/.test(icon);
  return (
    <span class="app-tile" style={{ "--hue": String(hueOf(name)) }} aria-hidden="true">
      {isPicture ? (
        <img
          src={icon}
          alt=""
          loading="lazy"
          onError={() => {
            isMissing.value = true;
          }}
        />
      ) : (
        name.slice(0, 1).toUpperCase()
      )}
    </span>
  );
}

function hueOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return sum;
}
