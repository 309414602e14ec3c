#!/bin/sh
# Starts esbuild's service for ./esbuild-service.ts under kernel limits. 300 characters of TypeScript can make
# the compiler ask for gigabytes (string enums are folded at compile time, each twice the one before), and
# 200 KB of nested code can overflow its stack: it must die alone and without a page of goroutine traces.
ulimit -c 0
ulimit -f 0
ulimit -d "${TACKLEBOX_ESBUILD_KIB:-524288}" 2>/dev/null
exec "$TACKLEBOX_ESBUILD_BINARY" "$@" 2>/dev/null
