import type { ToolTemplate } from "@kalends/protocol/tools"
import { ConfirmedAct } from "@kalends/ui/dialog"
import { Alert, Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import portal from "../portal.module.css"
import classes from "./tools.module.css"

type Acts = {
  readonly edit: (template: ToolTemplate) => void
  readonly setDefault: (template: ToolTemplate, isDefault: boolean) => Promise<void>
  readonly remove: (template: ToolTemplate) => Promise<void>
}

type ListProps = {
  readonly words: Messages
  readonly templates: readonly ToolTemplate[]
  readonly backends: readonly string[]
  readonly canChange: boolean
  readonly acts: Acts
}

/** Each template as an event shows it, and what can be done with it. */
export function TemplateList({ templates, ...props }: ListProps) {
  return (
    <Stack gap="sm" component="ul" className={portal.plainList}>
      {templates.map((template) => (
        <li key={template.templateId}>
          <TemplateCard template={template} {...props} />
        </li>
      ))}
    </Stack>
  )
}

type CardProps = Omit<ListProps, "templates"> & { readonly template: ToolTemplate }

function TemplateCard({ template, words, backends, canChange, acts }: CardProps) {
  const text = words.templates
  const { name, text: lines, backend, isDefault } = template
  const isGone = backend !== null && !backends.includes(backend)
  const service = backend === null ? null : (text.serviceNames[backend] ?? backend)
  return (
    <Card withBorder component="article">
      <Stack gap="xs">
        <Group gap="sm">
          <Title order={2} size="h4" className={portal.breakable}>
            {name}
          </Title>
          {isDefault ? (
            <Badge variant="default" tt="none">
              {text.isDefault}
            </Badge>
          ) : null}
        </Group>
        <Text className={classes.lines} {...(lines === "" ? { c: "dimmed" } : {})}>
          {lines === "" ? text.noLines : lines}
        </Text>
        {service === null || isGone ? null : (
          <Text size="sm" c="dimmed">
            {text.service(service)}
          </Text>
        )}
        {service !== null && isGone ? <Alert color="yellow">{text.serviceGone(service)}</Alert> : null}
        {canChange ? <TemplateActs {...{ template, words, acts }} /> : null}
      </Stack>
    </Card>
  )
}

function TemplateActs({ template, words, acts }: Pick<CardProps, "template" | "words" | "acts">) {
  const text = words.templates
  const { name, isDefault } = template
  return (
    <Group gap="sm">
      <Button variant="default" aria-label={text.editOf(name)} onClick={() => acts.edit(template)}>
        {text.edit}
      </Button>
      <Button
        variant="default"
        aria-label={isDefault ? text.noDefaultOf(name) : text.makeDefaultOf(name)}
        onClick={() => void acts.setDefault(template, !isDefault)}
      >
        {isDefault ? text.noDefault : text.makeDefault}
      </Button>
      <ConfirmedAct
        label={text.remove}
        name={text.removeOf(name)}
        title={text.removeTitle(name)}
        keepLabel={text.keep}
        closeLabel={words.close}
        explain={(error) => problemText(error, words)}
        act={() => acts.remove(template)}
      >
        <Text>{text.removeText}</Text>
      </ConfirmedAct>
    </Group>
  )
}
