#!/bin/sh
# Starts esbuild's service for ./esbuild-service.ts under kernel limits.
# 300 characters of TypeScript can make the compiler ask for gigabytes (string enums are folded at compile time,
# each twice the one before), and 200 KB of nested code can overflow its stack: it must die alone and without
# pages of goroutine traces.
ulimit -c 0
ulimit -f 0
ulimit -d 524288 2>/dev/null
# An import path that is put together at run time makes esbuild search folders by itself, without asking its
# plugins. On Linux the service needs the descriptors 0 to 4 (two of them epoll's): with no sixth it can open nothing.
exec 2>/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
if [ "$(uname -s)" = Linux ]; then ulimit -n 5; fi
exec "$TACKLEBOX_ESBUILD_BINARY" "$@"
