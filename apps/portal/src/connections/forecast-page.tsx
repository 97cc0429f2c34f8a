import type { ConnectionForecast } from "@kalends/protocol/overview"
import { Anchor, Stack, Text } from "@mantine/core"
import { connectionsApi } from "../api-connections.ts"
import { Waiting } from "../page-parts.tsx"
import portal from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { type ConnectionsProps, whenText } from "./connection-words.ts"
import classes from "./connections.module.css"
import { ConnectionsFrame } from "./frame.tsx"
import { connectionsPlaceText } from "./place.ts"

/** What ends within 30 days if nobody does anything: a small picture by day, and a list with what to do. */
export function ForecastPage(props: ConnectionsProps) {
  const { words } = props
  const { value, error, reload } = useLoaded<ConnectionForecast>(connectionsApi.forecast)
  return (
    <ConnectionsFrame title={words.connections.forecast} text={words.connections.forecastText} words={words}>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : value.peopleCount + value.secrets.length === 0 ? (
        <Text>✓ {words.connections.nothingEnds}</Text>
      ) : (
        <>
          <Picture {...props} days={value.days} />
          <Items {...props} forecast={value} />
        </>
      )}
    </ConnectionsFrame>
  )
}

const total = ({ grants, subscriptions, secrets }: ConnectionForecast["days"][number]) =>
  grants + subscriptions + secrets

/** Each how many days a date stands below; the first and the last of 31 do. */
const daysPerTick = 10

function Picture({ days, words, locale }: Pick<ConnectionForecast, "days"> & ConnectionsProps) {
  const most = Math.max(1, ...days.map(total))
  const label = ({ day }: { readonly day: string }) =>
    Temporal.PlainDate.from(day).toLocaleString(locale, { day: "numeric", month: "short" })
  return (
    <div>
      <Text size="sm" c="dimmed" aria-hidden>
        {words.connections.mostOnDay(most)}
      </Text>
      <ol className={classes.days} aria-label={words.connections.forecast}>
        {days.map((day) => (
          <li key={day.day} className={classes.day} title={words.connections.dayLabel(label(day), total(day))}>
            <span
              className={classes.bar}
              data-empty={total(day) === 0}
              style={{ height: `${(total(day) / most) * 100}%` }}
              aria-hidden
            />
            <span className="visually-hidden">{words.connections.dayLabel(label(day), total(day))}</span>
          </li>
        ))}
      </ol>
      <div className={classes.ticks} aria-hidden>
        {days
          .filter((_, index) => index % daysPerTick === 0)
          .map((day) => (
            <span key={day.day}>{label(day)}</span>
          ))}
      </div>
    </div>
  )
}

function Items({ words, locale, now, forecast }: ConnectionsProps & { readonly forecast: ConnectionForecast }) {
  const text = words.connections
  const when = (at: string) => whenText(at, { words, locale, now })
  return (
    <Stack gap="sm">
      <Text c="dimmed">
        {text.people(forecast.people.length + forecast.secrets.length, forecast.peopleCount + forecast.secrets.length)}
      </Text>
      <ul className={portal.people}>
        {forecast.secrets.map(({ provider, providerLabel, identity, tenantConnectionId, endsAt }) => (
          <li key={`${provider} ${tenantConnectionId}`} className={portal.entry}>
            <Text fw={600} className={portal.breakable}>
              {providerLabel} {identity ?? ""} · {when(endsAt)}
            </Text>
            <Text size="sm">
              {tenantConnectionId === null
                ? text.sentence(text.kinds.own, text.fixes.own)
                : text.sentence(text.kinds.secret, text.fixes.secret)}
            </Text>
            {tenantConnectionId === null ? null : (
              <Anchor href={`#organisation/${tenantConnectionId}/secret`}>{text.see}</Anchor>
            )}
          </li>
        ))}
        {forecast.people.map(({ kind, isOfDisuse, connectionId, displayName, email, endsAt }) => {
          const what = kind === "subscription" ? "subscription" : isOfDisuse ? "disuse" : "end"
          return (
            <li key={`${kind} ${connectionId} ${endsAt}`} className={portal.entry}>
              <Anchor
                fw={600}
                className={portal.breakable}
                href={`#${connectionsPlaceText({ kind: "one", connectionId })}`}
              >
                {displayName} ({email}) · {when(endsAt)}
              </Anchor>
              <Text size="sm">{text.sentence(text.kinds[what], text.fixes[what])}</Text>
            </li>
          )
        })}
      </ul>
      {forecast.people.length < forecast.peopleCount ? (
        <Anchor href={`#${connectionsPlaceText({ kind: "list", filter: { endsWithinDays: 30 } })}`} w="fit-content">
          {text.allEnding}
        </Anchor>
      ) : null}
    </Stack>
  )
}
