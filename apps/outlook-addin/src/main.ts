// Temporal is native in current browsers; others load it first.
async function start(): Promise<void> {
  if (!("Temporal" in globalThis)) await import("temporal-polyfill/global")
  const { startPane } = await import("./app.tsx")
  startPane()
}

void start()
