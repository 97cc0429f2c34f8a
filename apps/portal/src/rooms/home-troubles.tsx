import type { RoomTroublesView } from "@kalends/protocol/room-troubles"
import { relativeTime } from "@kalends/ui/words"
import { Anchor, Card, List, Text, Title } from "@mantine/core"
import { Fragment, useEffect } from "react"
import { roomsApi } from "../api-rooms.ts"
import { type PageProps, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { type TroubleItem, troublesView } from "./troubles.ts"

const refreshMs = 30_000

type HomeTroublesProps = PageProps & { readonly tellWell: (isWell: boolean) => void }

/** For who may read of rooms: what is in trouble among them, their video systems and screens, or one calm line. */
export function HomeTroubles(props: HomeTroublesProps) {
  const { words, tellWell } = props
  const text = words.roomTroubles
  const { value, error, reload } = useLoaded<RoomTroublesView>(roomsApi.troubles)
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for as long as the page is open.
  useEffect(() => platform.every(refreshMs, () => void (platform.isHidden() ? null : reload())), [])
  const view = value === null ? null : troublesView(value, text)
  // Of what could not be read nobody knows that it is well.
  const isWell = error === null && (view === null || view.items.length === 0)
  useEffect(() => tellWell(isWell), [isWell, tellWell])
  if (error !== null) return <Waiting {...{ error, words }} retry={reload} />
  if (view === null) return null
  if (isWell) return view.well === null ? null : <Text role="status">✓ {view.well}</Text>
  return (
    <Card withBorder padding="lg" className={classes.finding} component="section" aria-label={text.title}>
      <Title order={2} size="h4" mb="sm">
        {text.title}
      </Title>
      <List type="ordered" spacing="sm">
        {view.items.map((item) => (
          <List.Item key={item.key}>
            <Item {...props} item={item} />
          </List.Item>
        ))}
      </List>
      {view.moreCount === 0 ? null : (
        <Text size="sm" c="dimmed" mt="sm">
          {text.more(view.moreCount)}
        </Text>
      )}
    </Card>
  )
}

function Item({ item, words, locale, now }: PageProps & { readonly item: TroubleItem }) {
  const text = words.roomTroubles
  const { some, count } = item
  const label = (name: string, since: string | null) =>
    since === null ? name : text.since(name, relativeTime(Temporal.Instant.from(since), now, locale))
  return (
    <>
      <strong>{item.text.what(count)}</strong> {item.text.toDo}
      <Text size="sm" c="dimmed" className={classes.breakable}>
        {some.map(({ id, name, since, href }, at) => (
          <Fragment key={id}>
            {at === 0 ? "" : " · "}
            <Anchor href={`#${href}`} inherit>
              {label(name, since)}
            </Anchor>
          </Fragment>
        ))}
        {count > some.length ? ` ${text.others(count - some.length)}` : ""}
        {" · "}
        <Anchor
          href={`#${item.href}`}
          inherit
          className={classes.unbroken}
          aria-label={`${text.see}: ${item.text.what(count)}`}
        >
          {text.see}
        </Anchor>
      </Text>
    </>
  )
}
