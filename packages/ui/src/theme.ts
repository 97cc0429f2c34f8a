import { createTheme, type MantineColorsTuple } from "@mantine/core"

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

/** The look of every screen of Kalends. */
export const theme = createTheme({
  colors: { night },
  primaryColor: "night",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans JP', sans-serif",
  headings: { fontFamily: "inherit", fontWeight: "650" },
  fontSizes: { xs: "0.8125rem", sm: "0.9375rem", md: "1.0625rem", lg: "1.25rem", xl: "1.5rem" },
  cursorType: "pointer",
  respectReducedMotion: true,
})
