import { render } from "preact";
import "./styles/main.css";
import { App } from "./app.tsx";
import { startAnnouncements } from "./live/announcements.ts";
import { startConnection } from "./live/connection.ts";
import { takeSignInCode } from "./session.ts";
import { startTheme } from "./theme.ts";

startTheme();
await takeSignInCode();
startConnection();
startAnnouncements();

const root = document.querySelector("#root");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
}
