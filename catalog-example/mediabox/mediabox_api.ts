/** The three libraries of a new server; `type` is Mediabox's own number for the kind of media. */
export const libraries = [
  { id: "movies", name: "Movies", type: 1, location: "/media/movies" },
  { id: "shows", name: "Shows", type: 2, location: "/media/shows" },
  { id: "music", name: "Music", type: 8, location: "/media/music" },
];

/** Mediabox answers errors in XML; its message is in the `status` attribute. */
export async function errorOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  return /status="([^"]*)"/.exec(text)?.[1] ?? response.statusText;
}
