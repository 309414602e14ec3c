/** Where tasks are kept when nothing says otherwise. */
export const defaultDatastore = "pglite:.tacklebox/demo";
