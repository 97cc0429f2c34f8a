import type { Language } from "@kalends/ui/words"
import { Anchor, Group, NativeSelect, Text, useMantineColorScheme } from "@mantine/core"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

type FooterProps = {
  readonly words: Messages
  readonly language: Language
  /** Somebody is signed in, and may want to build on the service. */
  readonly hasSession: boolean
  readonly onLanguage: (language: Language) => void
}

/** Language, colours, and where the API is. */
export function Footer({ words, language, hasSession, onLanguage }: FooterProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <footer className={classes.foot} data-narrow={!hasSession}>
      <Group gap="md" align="flex-end">
        <NativeSelect
          label={words.language}
          value={language}
          data={[
            { value: "en", label: "English" },
            { value: "ja", label: "日本語" },
          ]}
          onChange={({ currentTarget }) => onLanguage(currentTarget.value === "ja" ? "ja" : "en")}
        />
        <NativeSelect
          label={words.colours}
          value={colorScheme}
          data={[
            { value: "auto", label: words.coloursSystem },
            { value: "light", label: words.coloursLight },
            { value: "dark", label: words.coloursDark },
          ]}
          onChange={({ currentTarget: { value } }) =>
            setColorScheme(value === "light" || value === "dark" ? value : "auto")
          }
        />
      </Group>
      {hasSession ? (
        <Text size="sm" c="dimmed">
          {words.forDevelopers}: {words.apiAddress} <code>{platform.origin}/v1</code>
          {" · "}
          <Anchor href="/v1/openapi.json" inherit>
            {words.apiDescription}
          </Anchor>
        </Text>
      ) : null}
    </footer>
  )
}
