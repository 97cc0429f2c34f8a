import { builtInDialRules, type DialRule } from "@kalends/domain/dial-rule"
import type { DialRulesView } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Code, Group, Stack, Text, Textarea, TextInput } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { emptyRule, moved, ruleOf, tried } from "./dial-rules.ts"
import { PartTitle } from "./room-page.tsx"
import type { RoomsProps } from "./room-text.ts"

/** Rules for dial strings: read, ordered, and tried on a text that stays in this browser. */
export function DialRules(props: RoomsProps) {
  const { words, canChange } = props
  const text = words.rooms
  const { value, error, reload, put } = useLoaded<DialRulesView>(roomsApi.dialRules)
  const [problem, setProblem] = useState<string | null>(null)
  if (value === null) return <Waiting error={error} words={words} retry={reload} />
  const save = (rules: readonly DialRule[]) => {
    setProblem(null)
    const input = { rules: rules.map((rule) => ({ ...rule, patterns: [...rule.patterns], also: [...rule.also] })) }
    return roomsApi.setDialRules(input).then(put, (failure: unknown) => setProblem(problemText(failure, words)))
  }
  return (
    <Stack gap="xl">
      <Trial words={words} own={value.rules} />
      <Stack gap="sm">
        <PartTitle>{text.ownRules}</PartTitle>
        {value.rules.length === 0 ? <Text>{text.noOwnRules}</Text> : null}
        <ProblemAlert problem={problem} />
        <Rules words={words} rules={value.rules} {...(canChange ? { change: save } : {})} />
        {canChange ? <NewRule words={words} add={(rule) => save([...value.rules, rule])} /> : null}
      </Stack>
      <Stack gap="sm">
        <PartTitle>{text.builtIn}</PartTitle>
        <Rules words={words} rules={builtInDialRules} />
      </Stack>
    </Stack>
  )
}

type RulesProps = Pick<RoomsProps, "words"> & {
  readonly rules: readonly DialRule[]
  /** Left out where they are only read. */
  readonly change?: (rules: readonly DialRule[]) => Promise<void>
}

function Rules({ words, rules, change }: RulesProps) {
  const text = words.rooms
  const act = (label: string, rule: DialRule, next: readonly DialRule[]) => (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${label}: ${rule.name}`}
      onClick={() => void change?.(next)}
    >
      {label}
    </Button>
  )
  return (
    <ol className={classes.people}>
      {rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two rules may be alike, and their order is what they are.
        <li key={index} className={classes.entry}>
          <Text fw={600} mb={6}>
            {rule.name}
          </Text>
          <Code block className={classes.patterns}>
            {[...rule.patterns, ...rule.also.map((pattern) => `+ ${pattern}`)].join("\n")}
          </Code>
          <Text size="sm" mt={6} mb="xs" className={classes.breakable}>
            {[
              rule.sip === null ? null : `${text.sip}: ${rule.sip}`,
              rule.h323 === null ? null : `${text.h323}: ${rule.h323}`,
            ]
              .filter((one) => one !== null)
              .join(" · ")}
          </Text>
          {change === undefined ? null : (
            <Group gap="xs" mt={6}>
              {act(text.up, rule, moved(rules, index, -1))}
              {act(text.down, rule, moved(rules, index, 1))}
              {act(
                text.removeRule,
                rule,
                rules.filter((_, at) => at !== index),
              )}
            </Group>
          )}
        </li>
      ))}
    </ol>
  )
}

type NewRuleProps = Pick<RoomsProps, "words"> & { readonly add: (rule: DialRule) => Promise<void> }

function NewRule({ words, add }: NewRuleProps) {
  const text = words.rooms
  const [typed, setTyped] = useState(emptyRule)
  const rule = ruleOf(typed)
  const set = (name: keyof typeof typed) => (event: { readonly currentTarget: { readonly value: string } }) => {
    const { value } = event.currentTarget
    setTyped((before) => ({ ...before, [name]: value }))
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (rule !== null) void add(rule).then(() => setTyped(emptyRule))
      }}
    >
      <Stack gap="sm">
        <PartTitle>{text.newRule}</PartTitle>
        <TextInput label={text.ruleName} maxLength={60} value={typed.name} onChange={set("name")} />
        <div className={classes.fields} data-align="end">
          <Textarea
            autosize
            label={text.patterns}
            description={text.patternHelp}
            maxLength={2000}
            value={typed.patterns}
            onChange={set("patterns")}
          />
          <Textarea autosize label={text.also} maxLength={2000} value={typed.also} onChange={set("also")} />
          <TextInput label={text.sip} maxLength={200} value={typed.sip} onChange={set("sip")} />
          <TextInput label={text.h323} maxLength={200} value={typed.h323} onChange={set("h323")} />
        </div>
        <Group>
          <Button type="submit" disabled={rule === null}>
            {text.addRule}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Trial({ words, own }: Pick<RoomsProps, "words"> & { readonly own: readonly DialRule[] }) {
  const text = words.rooms
  const [sample, setSample] = useState("")
  const found = tried(sample, own)
  return (
    <Stack gap="sm">
      <PartTitle>{text.tryIt}</PartTitle>
      <Textarea
        autosize
        minRows={4}
        maxRows={12}
        maxLength={20_000}
        label={text.sample}
        description={text.sampleText}
        value={sample}
        onChange={({ currentTarget }) => setSample(currentTarget.value)}
      />
      <div role="status">
        {sample.trim() === "" ? null : found === null ? (
          <Text>{text.noRuleFits}</Text>
        ) : (
          <>
            <Text>{text.ruleFits(found.rule)}</Text>
            {found.strings.map(({ protocol, number }) => (
              <Text key={protocol} className={classes.breakable}>
                {protocol === "sip" ? text.sip : text.h323}: <Code>{number}</Code>
              </Text>
            ))}
          </>
        )}
      </div>
    </Stack>
  )
}
