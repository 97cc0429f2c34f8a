import classes from "./rooms.module.css"
import type { Stretch, Timeline } from "./timeline.ts"

type TimelineProps = { readonly timeline: Timeline; readonly label: string; readonly isPaper: boolean }

const share = (part: number) => `${(part * 100).toFixed(2)}%`

/** The hours around now as a bar. The list beside it says the same in words. */
export function TimelineBar({ timeline, label, isPaper }: TimelineProps) {
  const stretch = ({ key, from, to }: Stretch, kind: "taken" | "unknown") => (
    <span
      key={`${kind} ${key}`}
      className={classes.stretch}
      data-kind={kind}
      data-meaning
      style={{ insetInlineStart: share(from), width: share(to - from) }}
    />
  )
  return (
    <div className={classes.timeline} role="img" aria-label={label}>
      <div className={classes.bar} data-meaning>
        {timeline.unknown.map((one) => stretch(one, "unknown"))}
        {timeline.taken.map((one) => stretch(one, "taken"))}
        {isPaper ? null : <span className={classes.nowMark} style={{ insetInlineStart: share(timeline.nowAt) }} />}
      </div>
      <div className={classes.hours}>
        {timeline.hours.map(({ label: hour, at }) => (
          <span key={at} style={{ insetInlineStart: share(at) }}>
            {hour}
          </span>
        ))}
      </div>
    </div>
  )
}
