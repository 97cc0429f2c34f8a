/**
 * How every web app is built. light-dark() and native nesting stay as they are written: all current browsers know them.
 * Nothing inline: the content security policy allows no inline script and no data: fonts.
 */
export const appBuild = {
  outDir: "dist",
  emptyOutDir: true,
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
  target: ["chrome125", "firefox128", "safari18"],
  chunkSizeWarningLimit: 900,
}
