// Has to be there before anything else is read: Node has Temporal itself from 26 on, and the download runs on older ones, too.
if (!("Temporal" in globalThis)) await import("temporal-polyfill/global")
