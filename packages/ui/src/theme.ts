import { Anchor, createTheme, type MantineColorsTuple } from "@mantine/core"

/** The one accent colour: a night-sky blue, dark enough for white text (contrast 7:1 at shade 7). */
const night: MantineColorsTuple = [
  "#eef3ff",
  "#dce4f5",
  "#b9c7e2",
  "#94a8d0",
  "#748dc0",
  "#5f7cb7",
  "#5474b4",
  "#37558f",
  "#2b4880",
  "#1f3d72",
]

/** The greys of the dark scheme, with a touch of the accent: text first, then edges, surfaces and the page itself. */
const dark: MantineColorsTuple = [
  "#e6e9ef",
  "#b3bac4",
  "#9aa3ae",
  "#6b7482",
  "#414a57",
  "#323945",
  "#1f242d",
  "#14171d",
  "#101318",
  "#0b0d11",
]

/** Red dark enough for white text (5.5:1) where it fills a button, in both schemes. */
const red: MantineColorsTuple = [
  "#fff5f5",
  "#ffe3e3",
  "#ffc9c9",
  "#ffa8a8",
  "#ff8787",
  "#ff6b6b",
  "#c92a2a",
  "#c92a2a",
  "#b02525",
  "#9b1f1f",
]

/** The look of every screen of Kalends. */
export const theme = createTheme({
  colors: { night, dark, red },
  primaryColor: "night",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans JP', sans-serif",
  headings: { fontFamily: "inherit", fontWeight: "650" },
  fontSizes: { xs: "0.8125rem", sm: "0.9375rem", md: "1.0625rem", lg: "1.25rem", xl: "1.5rem" },
  cursorType: "pointer",
  respectReducedMotion: true,
  // Colour alone does not tell a link from its text.
  components: { Anchor: Anchor.extend({ defaultProps: { underline: "always" } }) },
})
