/** The service that this extension asks, and no other: its own address is put here when somebody downloads the extension. */
export const serviceUrl = "https://kalends.invalid"
