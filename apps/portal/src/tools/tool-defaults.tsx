import type { ToolSettings } from "@kalends/protocol/tools"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Card, NativeSelect, Stack, Switch, Text, Title } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { toolsApi } from "../api-tools.ts"
import type { Messages } from "../messages.ts"
import classes from "../portal.module.css"

type DefaultsProps = { readonly words: Messages; readonly settings: ToolSettings }

/** What the person's own tools begin with. */
export function ToolDefaults({ words, settings }: DefaultsProps) {
  const text = words.tools.defaults
  const [chosen, setChosen] = useState(settings.defaults)
  const [problem, setProblem] = useState<string | null>(null)
  const [isSaved, setIsSaved] = useState(false)
  const usual = settings.templates.find(({ isDefault }) => isDefault)
  const save = async (next: ToolSettings["defaults"]) => {
    const before = chosen
    setChosen(next)
    setProblem(null)
    setIsSaved(false)
    await toolsApi.setDefaults(next).then(
      () => setIsSaved(true),
      (error: unknown) => {
        setChosen(before)
        setProblem(problemText(error, words))
      },
    )
  }
  return (
    <Card withBorder component="section">
      <Title order={2} size="h3">
        {text.title}
      </Title>
      <Stack mt="sm">
        {settings.templates.length === 0 ? null : (
          <NativeSelect
            label={text.template}
            value={chosen.templateId ?? ""}
            data={[
              { value: "", label: usual === undefined ? text.usual : text.usualIs(usual.name) },
              ...settings.templates.map(({ templateId, name }) => ({ value: templateId, label: name })),
            ]}
            onChange={({ currentTarget }) =>
              void save({ ...chosen, templateId: currentTarget.value === "" ? null : currentTarget.value })
            }
          />
        )}
        <Switch
          label={text.every}
          checked={chosen.addsToEveryEvent}
          onChange={({ currentTarget }) => void save({ ...chosen, addsToEveryEvent: currentTarget.checked })}
        />
        {settings.mayScheduleFor.length === 0 ? null : (
          <Text className={classes.breakable}>
            {words.delegates.for(
              settings.mayScheduleFor
                .map(({ displayName, managesPrivate }) =>
                  managesPrivate ? words.delegates.host(displayName) : displayName,
                )
                .join(", "),
            )}
          </Text>
        )}
        <Text role="status">{isSaved ? `✓ ${text.saved}` : ""}</Text>
        <ProblemAlert problem={problem} />
      </Stack>
    </Card>
  )
}
