import { effect, signal } from "@preact/signals";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "tacklebox.theme";
const kept = localStorage.getItem(key);

/** The colours: those of the system, unless the user chose. */
export const theme = signal<Theme>(themes.find((one) => one === kept) ?? "system");

/** Keeps the page's colours and the browser's memory in step with the choice. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
    if (theme.value === "system") localStorage.removeItem(key);
    else localStorage.setItem(key, theme.value);
  });
}

export function nextTheme(current: Theme): Theme {
  return themes[(themes.indexOf(current) + 1) % themes.length] ?? "system";
}
