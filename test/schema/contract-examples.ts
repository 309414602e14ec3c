/*
 * The JSON examples of the contract with hook authors, as it prints them. Those that show a part of a hook only are
 * kept as parts.
 */

export const wholeScripts = {
  "file-based hook": `{
  "version": 5,
  "hooks": [
    {
      "id": "configure-myapp",
      "event": "onAfterInstall",
      "script": "myapp/myapp_hook.ts",
      "entrypoint": "afterInstall",
      "timeout": 120,
      "description": "Setting up MyApp"
    }
  ]
}`,
  "inline hook": `{
  "version": 5,
  "custom": true,
  "metadata": {
    "name": "My App",
    "description": "A custom community app",
    "icon": "https://example.com/icon.svg",
    "version": "1.0.0"
  },
  "hooks": [
    {
      "id": "health-check",
      "event": "onAfterInstall",
      "scriptContent": "export async function setup(ctx) {\\n  await ctx.waitForApp('/health');\\n  ctx.log('App is ready');\\n  await ctx.emitCheckpoint('ready');\\n}",
      "entrypoint": "setup",
      "timeout": 60,
      "description": "Post-install health check"
    }
  ]
}`,
  "custom app metadata": `{
  "version": 5,
  "custom": true,
  "metadata": {
    "name": "My Custom App",
    "description": "A brief description of what the app does",
    "icon": "https://example.com/icon.svg",
    "version": "1.0.0"
  }
}`,
  "complete example": `{
  "version": 5,
  "script": {
    "version": "1.0.0",
    "changeLog": "Initial release with post-install health check"
  },
  "requirements": {
    "locations": ["ApplicationsPerformance"],
    "specifications": ["1CORE", "200MB"],
    "permissions": ["READ_WRITE_LOCATIONS"],
    "ports": [8080]
  },
  "ensure_directories_exists": [
    {
      "path": "$LOCATION(ApplicationsPerformance)/myapp/config",
      "owner": { "user": "apps" },
      "snapshot": { "id": "config" }
    }
  ],
  "app_values": {
    "storage": {
      "config": "$HOST_PATH($LOCATION(ApplicationsPerformance)/myapp/config)"
    },
    "network": {
      "web_port": { "port_number": 8080 }
    },
    "resources": {
      "limits": {
        "memory": "$MEMORY(5%, 200)"
      }
    }
  },
  "hooks": [
    {
      "id": "health-check",
      "event": "onAfterInstall",
      "scriptContent": "export async function afterInstall(ctx) {\\n  await ctx.registerCheckpoints([\\n    { id: 'ready', message: 'Waiting for app' }\\n  ]);\\n  await ctx.waitForApp('/health');\\n  await ctx.emitCheckpoint('ready');\\n}",
      "entrypoint": "afterInstall",
      "timeout": 120,
      "description": "Checking app health",
      "optional": true
    }
  ]
}`,
};

export const wholeHooks = {
  "hook declaration": `{
  "id": "setup-myapp",
  "event": "onAfterInstall",
  "script": "myapp/myapp_hook.ts",
  "entrypoint": "afterInstall",
  "timeout": 120,
  "description": "Setting up MyApp",
  "optional": false,
  "retries": 1
}`,
  "version conditions": `{
  "id": "migrate-config",
  "event": "onBeforeUpgrade",
  "condition": {
    "fromVersionRange": "< 2.0.0",
    "toVersionRange": ">= 2.0.0"
  },
  "script": "myapp/migrate.ts",
  "entrypoint": "migrateConfig",
  "description": "Migrating config for v2"
}`,
};

/** Parts of hooks, which the contract prints without the fields every hook needs. */
export const partsOfHooks = {
  "oauth input": `{
  "inputs": [
    {
      "type": "oauth",
      "id": "plex_login",
      "name": "Sign in to Plex",
      "description": "Required for server claim and library setup",
      "provider": "plex",
      "flow": {
        "type": "pin",
        "pinUrl": "https://plex.tv/api/v2/pins",
        "authUrl": "https://app.plex.tv/auth#?clientID={clientId}&code={code}",
        "pollUrl": "https://plex.tv/api/v2/pins/{pinId}",
        "clientId": "your-client-id",
        "tokenField": "authToken",
        "headers": { "Accept": "application/json" }
      }
    }
  ]
}`,
  "question input": `{
  "inputs": [
    {
      "type": "question",
      "id": "library_name",
      "question": {
        "question": "Library Name",
        "description": "Name for the media library to create",
        "type": "text",
        "key": "library_name",
        "default": "Movies"
      }
    }
  ]
}`,
  "user optional hook": `{
  "id": "auto-setup",
  "event": "onAfterInstall",
  "userOptional": {
    "label": "Automatically configure MyApp",
    "description": "Signs in and sets up your libraries. You can do this manually later.",
    "default": true
  }
}`,
  "user optional hook with a link": `{
  "id": "configure-plex",
  "event": "onAfterInstall",
  "userOptional": {
    "label": "Pre-configure Plex",
    "description": "Sign in to your Plex account to automatically claim your server, set preferences, and create media libraries. By enabling this, you agree that HexOS will accept the Plex Terms of Service on your behalf.",
    "default": true,
    "link": {
      "url": "https://www.plex.tv/about/privacy-legal/plex-terms-of-service/",
      "label": "Plex Terms of Service"
    }
  }
}`,
};
