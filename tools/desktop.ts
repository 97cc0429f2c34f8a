/** `npm run desktop`: the desktop agent (apps/desktop), on the service at KALENDS_URL (http://localhost:8080). */
import { runDesktop } from "../apps/desktop/src/main.ts"

if (import.meta.main) process.exit(await runDesktop())
