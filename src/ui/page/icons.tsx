import type { Tone } from "./words.ts";

/** Outlines on a grid of 24; what a picture means is always said in words beside it. */
const shapes = {
  idle: <circle cx="12" cy="12" r="8" stroke-dasharray="2.5 3.2" />,
  busy: (
    <>
      <circle cx="12" cy="12" r="8" opacity=".25" />
      <path class="spin" d="M12 4a8 8 0 0 1 8 8" />
    </>
  ),
  waiting: (
    <>
      <path d="M12 3.8 21 19.5H3z" />
      <path d="M12 10v4.2M12 17v.1" />
    </>
  ),
  done: (
    <>
      <circle class="filled" cx="12" cy="12" r="9" />
      <path class="on-filled" d="m8 12.3 2.7 2.7L16 9.5" />
    </>
  ),
  skipped: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="m9 8.5 3.5 3.5L9 15.5M14.5 8.5v7" />
    </>
  ),
  failed: (
    <>
      <circle class="filled" cx="12" cy="12" r="9" />
      <path class="on-filled" d="m9 9 6 6m0-6-6 6" />
    </>
  ),
  cancelled: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M8.5 12h7" />
    </>
  ),
  close: <path d="m6 6 12 12M18 6 6 18" />,
  back: <path d="m14.5 5-7 7 7 7" />,
  forward: <path d="m9.5 5 7 7-7 7" />,
  external: (
    <path d="M14 4h6v6M20 4l-9 9M18 14v4.5A1.5 1.5 0 0 1 16.5 20h-11A1.5 1.5 0 0 1 4 18.5v-11A1.5 1.5 0 0 1 5.5 6H10" />
  ),
  tasks: (
    <path d="M4 6.5 5.5 8 8 5M4 12.5 5.5 14 8 11M4 18.5 5.5 20 8 17M11.5 6.5H20M11.5 12.5H20M11.5 18.5H20" />
  ),
  catalog: (
    <>
      <rect x="4" y="4" width="6.5" height="6.5" rx="1.5" />
      <rect x="13.5" y="4" width="6.5" height="6.5" rx="1.5" />
      <rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5" />
      <path d="M16.750 13.5v6.5M13.5 16.750H20" />
    </>
  ),
  expert: <path d="m8 7-5 5 5 5M16 7l5 5-5 5M13.5 4.5l-3 15" />,
  history: <path d="M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2" />,
  light: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4" />
    </>
  ),
  dark: <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />,
  system: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path class="filled" d="M12 4a8 8 0 0 1 0 16z" />
    </>
  ),
  leave: <path d="M10 4H5.5A1.5 1.5 0 0 0 4 5.5v13A1.5 1.5 0 0 0 5.5 20H10M15 8l4 4-4 4M19 12H9.5" />,
  retry: <path d="M20 12a8 8 0 1 1-2.5-5.8L20 8.5M20 4v4.5h-4.5" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2" />
      <path d="M15.5 5.5A1.5 1.5 0 0 0 14 4H5.5A1.5 1.5 0 0 0 4 5.5V14a1.5 1.5 0 0 0 1.5 1.5" />
    </>
  ),
  upload: <path d="M12 15.5V4.5M7.5 9 12 4.5 16.5 9M4 15.5V18a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2.5" />,
  key: (
    <>
      <circle cx="8" cy="15.5" r="4" />
      <path d="m11 12.5 8.5-8.5M16 7.5l3 3M13.5 10l2 2" />
    </>
  ),
  box: (
    <path d="M4 10h16v8.5a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5zM8.5 10V6.5a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2V10M9 15l2.2 2.2 4-4" />
  ),
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {shapes[name]}
    </svg>
  );
}

/** A state's picture, with the word for those who do not see it. */
export function ToneIcon({ tone, word }: { tone: Tone; word: string }) {
  return (
    <span class={`tone-icon tone-${tone}`}>
      <Icon name={tone} />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}
