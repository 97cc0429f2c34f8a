/** A file of a tool, as its app builds it. */
export type ToolFile = {
  /** As it is called once it is downloaded; letters, digits, dots and dashes. */
  readonly name: string
  /** Where it lies below the folder of the apps; a folder is handed out as one zip file. */
  readonly path: string
  readonly type: string
  /** Text, or a folder with texts in it, in which "kalends.invalid" stands for this deployment's address. */
  readonly isForDeployment?: boolean
}

export type ToolOffer = {
  readonly name: string
  readonly files: readonly ToolFile[]
  /** The way in (people/doors) whose application ids tell the real tool. */
  readonly door: string | null
}

const zip = "application/zip"

/** One line for each tool; files that are not built are not offered. */
export const toolOffers: readonly ToolOffer[] = [
  {
    ...{ name: "outlook-addin", door: "entra" },
    files: [
      {
        ...{ name: "manifest.xml", path: "outlook-addin/dist/manifest.xml", type: "application/xml" },
        isForDeployment: true,
      },
      { name: "outlook-addin.zip", path: "outlook-addin/dist/package", type: zip, isForDeployment: true },
    ],
  },
  {
    ...{ name: "google-addon", door: "google" },
    files: [
      { name: "google-addon.zip", path: "google-addon/dist/by-hand", type: zip, isForDeployment: true },
      { name: "google-addon-by-itself.zip", path: "google-addon/dist/by-itself", type: zip, isForDeployment: true },
    ],
  },
  {
    ...{ name: "browser-extension", door: null },
    files: [
      { name: "extension-chrome.zip", path: "browser-extension/dist/chrome", type: zip, isForDeployment: true },
      { name: "extension-firefox.zip", path: "browser-extension/dist/firefox", type: zip, isForDeployment: true },
    ],
  },
  {
    ...{ name: "desktop", door: null },
    files: [{ name: "desktop-agent.zip", path: "desktop/dist", type: zip, isForDeployment: true }],
  },
  {
    ...{ name: "outlook-plugin", door: null },
    files: [
      { name: "outlook-plugin.msi", path: "outlook-plugin/dist/outlook-plugin.msi", type: "application/x-msi" },
      { name: "outlook-plugin-sources.zip", path: "outlook-plugin/dist/sources", type: zip },
    ],
  },
]
