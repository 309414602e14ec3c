/** Where tasks are kept when nothing says otherwise. */
export const defaultDatastore = "pglite:.tacklebox/demo";

/** Where `serve` keeps its tasks when nothing says otherwise. */
export const serveDatastore = "pglite:.tacklebox/serve";

/** Where `serve` listens when nothing says otherwise. */
export const defaultServer = "http://127.0.0.1:8330";
