import encodeQr from "qr"

const marginModules = 4

type QrProps = { readonly text: string; readonly label: string; readonly sizePx?: number }

/** A QR code as one path: no image to load, and no style that the page's policy would have to allow. */
export function QrPicture({ text, label, sizePx = 232 }: QrProps) {
  const rows = encodeQr(text, "raw", { ecc: "medium", border: marginModules })
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("")
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${rows.length} ${rows.length}`} width={sizePx} height={sizePx}>
      <rect width={rows.length} height={rows.length} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
