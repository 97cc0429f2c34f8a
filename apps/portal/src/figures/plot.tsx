import { useElementSize } from "@mantine/hooks"
import type { PointerEvent, ReactNode } from "react"
import classes from "./figures.module.css"
import { withRoom } from "./scale.ts"

/** Room around what is drawn, for what stands at its axes. */
export const room = { left: 52, right: 12, top: 14, bottom: 24 } as const

export type Area = { readonly width: number; readonly height: number }

export type AxisTick = { readonly at: number; readonly text: string }

type PlotProps = {
  readonly height: number
  readonly draw: (area: Area) => ReactNode
  /** Of the axis below, and of the one at the side; where they stand in the area. */
  readonly below: (area: Area) => readonly AxisTick[]
  readonly beside: (area: Area) => readonly AxisTick[]
  /** Points beside each other, over which the pointer goes; none where there is nothing to point at. */
  readonly pointing?: Pointing | undefined
}

/** The step that is looked at. All pictures of a page look at the same one. */
export type Pointing = {
  readonly count: number
  readonly index: number
  readonly choose: (index: number) => void
}

/**
 * A picture as wide as there is room, in text of the page's own size. It is drawn for eyes alone: what it says stands
 * beside it in words, and in a table.
 */
export function Plot({ height, draw, below, beside, pointing }: PlotProps) {
  const { ref, width } = useElementSize()
  const area = { width: Math.max(0, width - room.left - room.right), height: height - room.top - room.bottom }
  const point = ({ nativeEvent, currentTarget }: PointerEvent<SVGSVGElement>) => {
    if (pointing === undefined || area.width === 0) return
    const x = nativeEvent.clientX - currentTarget.getBoundingClientRect().left - room.left
    const index = Math.floor((x / area.width) * pointing.count)
    pointing.choose(Math.min(pointing.count - 1, Math.max(0, index)))
  }
  return (
    <div ref={ref} className={classes.plot}>
      {width === 0 ? null : (
        <svg aria-hidden="true" width={width} height={height} className={classes.drawing} onPointerMove={point}>
          <g transform={`translate(${room.left} ${room.top})`}>
            {beside(area).map(({ at, text }) => (
              <g key={text}>
                <line className={classes.grid} x1={0} x2={area.width} y1={at} y2={at} />
                <text className={classes.axis} x={-8} y={at} dy="0.35em" textAnchor="end">
                  {text}
                </text>
              </g>
            ))}
            {withRoom(below(area)).map(({ at, text }, index, all) => (
              <text
                key={text}
                className={classes.axis}
                x={at}
                y={area.height + 18}
                textAnchor={index === 0 ? "start" : index === all.length - 1 ? "end" : "middle"}
              >
                {text}
              </text>
            ))}
            {pointing === undefined ? null : <Cursor {...pointing} area={area} />}
            {draw(area)}
          </g>
        </svg>
      )}
    </div>
  )
}

function Cursor({ count, index, area }: Pointing & { readonly area: Area }) {
  const x = ((index + 0.5) / count) * area.width
  return <line className={classes.cursor} x1={x} x2={x} y1={0} y2={area.height} />
}
