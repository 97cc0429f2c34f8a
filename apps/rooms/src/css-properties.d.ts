import "react"

declare module "react" {
  interface CSSProperties {
    /** How wide a word is, in its own size. */
    "--ems"?: number
  }
}
